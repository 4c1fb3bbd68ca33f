/**
 * Keeps the results of a function, at most `most`: of the texts that it was called with last.
 *
 * @param resultOf - gives equal results for equal texts
 */
export function boundedMemo<Result extends object>(
  most: number,
  resultOf: (text: string) => Result,
): (text: string) => Result {
  const kept = new Map<string, Result>()
  return (text) => {
    const result = kept.get(text) ?? resultOf(text)
    // A Map has the order of insertion, so the first is the one that was unused for the longest time.
    kept.delete(text)
    kept.set(text, result)
    if (kept.size > most) kept.delete(kept.keys().next().value!)
    return result
  }
}
