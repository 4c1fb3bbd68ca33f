import type { StoreCore } from '../core/core.ts'

const DAY_MS = 86_400_000

/** Raises an event when the current key has been sealing for longer than it should. That a provider is down stops no start. */
export async function warnOfOldKey(core: StoreCore, most: number | false): Promise<void> {
  if (most === false) return
  const { since } = (await currentKey(core)) ?? {}
  if (since !== undefined && Date.now() - since > most) {
    core.events.emit('keyAge', { days: Math.floor((Date.now() - since) / DAY_MS) })
  }
}

// A failure also fails the next save, and the next start checks again.
async function currentKey({ keys }: StoreCore) {
  try {
    return await keys.current()
  } catch {
    return undefined
  }
}
