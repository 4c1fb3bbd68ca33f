const INTERVAL_MS = 5_000

/** A line about long work, at most every few seconds. */
export function progressOf(work: string): (detail: string) => void {
  return sparingly((detail, seconds) => say(`${work}: ${detail}, ${seconds.toFixed(0)} s`))
}

/** Calls at most every few seconds, with the seconds since the beginning. */
export function sparingly<Value>(tell: (value: Value, seconds: number) => void): (value: Value) => void {
  const began = performance.now()
  let last = began
  return (value) => {
    const now = performance.now()
    if (now - last < INTERVAL_MS) return
    last = now
    tell(value, (now - began) / 1_000)
  }
}

/** Says every few seconds that work goes on whose extent nobody knows meanwhile. */
export async function announced<Result>(work: string, run: () => Promise<Result>): Promise<Result> {
  const began = performance.now()
  const timer = setInterval(() => say(`${work}, ${((performance.now() - began) / 1000).toFixed(0)} s`), INTERVAL_MS)
  try {
    return await run()
  } finally {
    clearInterval(timer)
  }
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
