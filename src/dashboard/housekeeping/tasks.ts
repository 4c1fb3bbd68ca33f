import { checkUp } from '../../doctor/checkup.ts'
import type { Finding } from '../../doctor/findings/finding.ts'
import { ownSurroundings } from '../../doctor/surroundings.ts'
import type { TrimResult } from '../../store/core/events.ts'
import type { KeyStatus } from '../../store/management/key-status.ts'
import type { ReencryptResult } from '../../store/management/reencrypting.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import { untilStopped } from '../job-pages/job-kind.ts'
import type { JobControl } from '../jobs/jobs.ts'

/** The names of the numbers that the page of a job shows. */
export const SEALED = 'Sealed again'
export const TO_SEAL = 'Under other keys at first'

/** Deletes the rows that may be deleted. */
export function trim(store: StoredSessionStore, actor: string, { signal, report }: JobControl): Promise<TrimResult> {
  const onProgress = ({ trimmed, events }: { trimmed: number; events?: number }) =>
    report({ 'Rows deleted': trimmed, ...(events !== undefined && { 'Events deleted': events }) })
  // A round that has begun already does not know our signal.
  return untilStopped(signal, store.trim({ actor, signal, onProgress }))
}

/** Who seals, and how many rows a second at most. */
interface Sealing {
  readonly actor: string
  readonly rate: number | undefined
}

/** Seals the rows of other keys with the current key. */
export async function reencrypt(
  store: StoredSessionStore,
  { actor, rate }: Sealing,
  { signal, report }: JobControl,
): Promise<ReencryptResult> {
  const total = await untilStopped(signal, rowsToSeal(store))
  const onProgress = ({ reencrypted, unreadable }: { reencrypted: number; unreadable: number }) =>
    report({ [SEALED]: reencrypted, Unreadable: unreadable, [TO_SEAL]: total })
  onProgress({ reencrypted: 0, unreadable: 0 })
  const options = { actor, signal, onProgress, ...(rate !== undefined && { rate }) }
  return untilStopped(signal, store.reencrypt(options))
}

async function rowsToSeal(store: StoredSessionStore): Promise<number> {
  const [current] = await store.keyAges()
  const others = Object.entries(await store.countByKey()).filter(([id]) => id !== String(current?.id))
  return others.reduce((sum, [, rows]) => sum + rows, 0)
}

/** Counts what each key has sealed. */
export const countByKey = (store: StoredSessionStore, { signal }: JobControl): Promise<readonly KeyStatus[]> =>
  untilStopped(signal, store.keyStatus())

/** Examines the installation with the options that the application gave. */
export function askDoctor(store: StoredSessionStore, { signal }: JobControl): Promise<readonly Finding[]> {
  const settings = { source: 'the application', options: store.givenOptions() }
  return untilStopped(signal, checkUp(settings, ownSurroundings()))
}
