const INTERVAL_MS = 5_000

/** A line about long work, at most every few seconds. */
export function progressOf(work: string): (detail: string) => void {
  const began = performance.now()
  let last = began
  return (detail) => {
    const now = performance.now()
    if (now - last < INTERVAL_MS) return
    last = now
    say(`${work}: ${detail}, ${((now - began) / 1000).toFixed(0)} s`)
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
