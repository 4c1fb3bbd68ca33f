import type { EventRow } from '../../database/contract/session-database.ts'
import { isEvent, keyIdOf, UnreadablePayload } from '../../payload/sealed-payload.ts'
import { pause } from '../core/batch-pause.ts'
import type { StoreCore } from '../core/core.ts'

/** What a change of keys has done so far. */
interface Progress {
  reencrypted: number
  unreadable: number
}

/** A running change of keys. */
interface KeyChange {
  readonly keyId: number
  readonly batchSize: number
  readonly rate: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: Progress) => void) | undefined
  readonly progress: Progress
}

/** Seals the events of the history that other keys sealed with the current key. */
export async function reencryptEvents(core: StoreCore, change: KeyChange): Promise<void> {
  const { history: table } = core.database
  if (!core.history || !table) return
  const { keyId, batchSize, rate, signal, onProgress, progress } = change
  let after: EventRow | undefined
  while (!signal?.aborted) {
    const rows = await table.sealedByOthers(keyId, after, batchSize)
    if (rows.length === 0) return
    for (const row of rows) await reencryptEvent(core, row, progress)
    onProgress?.({ ...progress })
    if (rows.length < batchSize) return
    after = rows.at(-1)
    await pause((rows.length / rate) * 1_000, signal)
  }
}

async function reencryptEvent({ codec, database }: StoreCore, row: EventRow, progress: Progress) {
  try {
    const data = await codec.sealEvent(row, await codec.openEvent(row, row.data))
    const { sid, id } = row
    if (await database.history!.reseal({ sid, id, data, keyId: keyIdOf(data, isEvent) })) progress.reencrypted++
  } catch (error) {
    if (!(error instanceof UnreadablePayload)) throw error
    progress.unreadable++
  }
}
