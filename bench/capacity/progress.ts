import { say } from '../growth/progress.ts'

const INTERVAL_MS = 5_000

/** Tells on the standard error how far work is, by its share from 0 to 1, and how long the rest will take. */
export function progressBar(work: string): (share: number) => void {
  const began = performance.now()
  let last = began
  return (share) => {
    const now = performance.now()
    if (now - last < INTERVAL_MS) return
    last = now
    const seconds = (now - began) / 1_000
    const left = share > 0 ? ` ${Math.ceil(seconds / share - seconds)} s left` : ''
    say(
      `${work}: ${(share * 100).toFixed(0)}% after ${seconds.toFixed(0)} s, ${((share * 100) / seconds).toFixed(2)}% a second,${left}`,
    )
  }
}
