import { within } from '../time/time-limits.ts'
import type { StoreCore } from './core/core.ts'
import type { Trimmer } from './trimming/trimming.ts'

/** How long closing may take, and of it finishing what was begun. Milliseconds. */
const CLOSE_MS = 1_900
const FINISH_MS = 1_200

/** Finishes what was begun and closes what was opened, within 2 seconds; a database that does not answer too. */
export function closeCore(opening: Promise<StoreCore> | undefined, trimmer: () => Trimmer | undefined): Promise<void> {
  return within(CLOSE_MS, close(opening, trimmer)).catch(() => {})
}

async function close(opening: Promise<StoreCore> | undefined, trimmer: () => Trimmer | undefined): Promise<void> {
  const core = await opening?.catch(() => undefined)
  if (!core) return
  await within(FINISH_MS, finish(core, trimmer())).catch(() => {})
  await core.database.close()
}

async function finish({ turns, rows, keys }: StoreCore, trimmer: Trimmer | undefined): Promise<void> {
  // From the beginning, because saves may wait for a key; and again, because they may have asked for one since.
  await Promise.all([trimmer?.stop(), turns.idle(), keys.close()])
  await Promise.all([rows.flush(), keys.close()])
}
