import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionRow } from '../../database/contract/session-database.ts'
import { InvalidOptionsError, UnavailableError } from '../../errors.ts'
import { isPointer, keyIdOf, UnreadablePayload } from '../../payload/sealed-payload.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { isOfRoundTrip } from '../core/round-trip-rows.ts'
import { carryUses } from '../metadata/carried-uses.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { reportIfUnencrypted } from '../requests/reading.ts'
import { sessionsByKey } from './sessions-by-key.ts'

/** Options of `reencrypt()`. */
export interface ReencryptOptions {
  /** Rows that are read at a time. @defaultValue 200 */
  batchSize?: number
  /** Rows per second at most. @defaultValue no limit */
  rate?: number
  /** Stops after the current batch. */
  signal?: AbortSignal
  /** Called after every batch. */
  onProgress?: (progress: ReencryptProgress) => void
}

/** The progress of reencryption. */
export interface ReencryptProgress {
  /** Rows that this call sealed again: sessions, and the rows of old ids that lead to them. */
  reencrypted: number
  /** Rows that this call could not open; they stay as they are. */
  unreadable: number
}

/** The result of reencryption. */
export interface ReencryptResult extends ReencryptProgress {
  /** Rows that the current key has not sealed. */
  remaining: number
  /** The same for each key, by its id; `'none'` for rows that are not sealed. */
  remainingByKey: Record<string, number>
}

/**
 * Seals rows of other keys with the current key, row by row, while the application serves requests. A row that a
 * request changes meanwhile is sealed by that change. It can be stopped and repeated at any time, and run in several
 * processes.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` with `bindToCookie`, because no payload opens without its cookie
 */
export async function reencryptSessions(
  core: StoreCore,
  operation: Operation,
  options: ReencryptOptions = {},
): Promise<ReencryptResult> {
  if (core.bindToCookie) {
    throw new InvalidOptionsError(
      'reencrypt() cannot be combined with bindToCookie, because no session can be decrypted without its cookie; keep the old key until its sessions have ended',
    )
  }
  const { batchSize, rate } = checkOptions(options)
  const { signal, onProgress } = options
  const keyId = await currentKeyId(core)
  const progress: ReencryptProgress = { reencrypted: 0, unreadable: 0 }
  let after: Buffer = Buffer.alloc(0)
  while (!signal?.aborted) {
    const rows = await core.database.sealedByOthers(keyId, after, batchSize)
    const sessions = rows.filter((row) => !isOfRoundTrip(row))
    await Promise.all(sessions.map((row) => reencryptRow(core, operation, row, progress)))
    onProgress?.({ ...progress })
    if (rows.length < batchSize) break
    after = rows.at(-1)!.sid
    await pause((rows.length / rate) * 1_000, signal)
  }
  return { ...progress, ...(await countRemaining(core, keyId)) }
}

const OPTION_NAMES = ['batchSize', 'rate', 'signal', 'onProgress']
const LARGEST_BATCH = 10_000
const HIGHEST_RATE = 1_000_000

function checkOptions({ batchSize, rate, onProgress, ...rest }: ReencryptOptions) {
  const checks = new OptionChecks()
  checks.names(rest, OPTION_NAMES)
  checks.optionalFunction('onProgress', onProgress)
  const checked = {
    batchSize: checks.integer('batchSize', batchSize, 200, 1, LARGEST_BATCH),
    rate: checks.integer('rate', rate, Number.POSITIVE_INFINITY, 1, HIGHEST_RATE),
  }
  checks.done()
  return checked
}

async function currentKeyId({ keys }: StoreCore): Promise<number> {
  try {
    return (await keys.current()).id
  } catch (cause) {
    throw new UnavailableError({ cause })
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error) => {
    if (!signal?.aborted) throw error
  })
}

async function reencryptRow(
  core: StoreCore,
  { measures }: Operation,
  row: SessionRow,
  progress: ReencryptProgress,
): Promise<void> {
  try {
    const { sid, version } = row
    const isSession = row.endedAt === null || row.endReason === 'rotating'
    const seal = () => (isSession ? resealed : resealedPointer)(core, row)
    const { data, keyId } = await (measures ? measures.crypto(seal) : seal())
    const metadata = await carryUses(core.usesCodec, row, keyId, { stored: row.metadata, visitor: undefined })
    if (await core.rows.reseal({ sid, version, data, keyId, metadata })) progress.reencrypted++
  } catch (error) {
    if (!(error instanceof UnreadablePayload)) throw error
    core.events.emit('unreadable', { sid: formatSid(row.sid), reason: error.reason })
    progress.unreadable++
  }
}

async function resealed({ codec, events }: StoreCore, row: SessionRow) {
  const plaintext = await codec.open(row, row.data)
  reportIfUnencrypted({ events }, row)
  const data = await codec.seal(row, plaintext)
  return { data, keyId: keyIdOf(data) }
}

/** Seals the data of a row that is no session, such as the pointer to the new id of a session. */
async function resealedPointer({ codec }: StoreCore, row: SessionRow) {
  const data = await codec.sealPointer(row, await codec.openPointer(row, row.data))
  return { data, keyId: keyIdOf(data, isPointer) }
}

async function countRemaining({ database, keys }: StoreCore, keyId: number) {
  const counts = (await sessionsByKey(database, keys)).filter((count) => count.keyId !== keyId && count.rows > 0)
  const remainingByKey = Object.fromEntries(counts.map((count) => [count.keyId ?? 'none', count.rows]))
  return { remaining: counts.reduce((sum, { rows }) => sum + rows, 0), remainingByKey }
}
