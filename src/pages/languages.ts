/** Ranges of a header that count; more would only cost time. */
const MOST_RANGES = 20

/**
 * The first available language that a browser accepts, by its weights: `de` for `de-AT,de;q=0.9`.
 *
 * @param available - lower-case language tags, the default first
 */
export function acceptedLanguage(header: string | undefined, available: readonly string[]): string {
  const ranges = (header ?? '').toLowerCase().split(',', MOST_RANGES).map(rangeOf)
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((one, other) => other.weight - one.weight)
  for (const { tag } of wanted) {
    if (tag === '*') break
    const found = available.find((language) => tag === language) ?? available.find((it) => tag.startsWith(`${it}-`))
    if (found !== undefined) return found
  }
  return available[0]!
}

function rangeOf(range: string): { tag: string; weight: number } {
  const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return { tag, weight: weight === undefined ? 1 : Number(weight) || 0 }
}
