import { setTimeout as sleep } from 'node:timers/promises'

/** Waits between two batches, unless the signal ends the wait. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error) => {
    if (!signal?.aborted) throw error
  })
}
