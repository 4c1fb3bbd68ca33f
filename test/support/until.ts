import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until something holds, and fails when it does not in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  // The clock of `Date` may be a fake one.
  const deadline = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await sleep(5)
  }
}
