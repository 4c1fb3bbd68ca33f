import type { SessionRow } from '../../database/contract/session-database.ts'
import { InvalidOptionsError, UnavailableError } from '../../errors.ts'
import { isPointer, keyIdOf, UnreadablePayload } from '../../payload/sealed-payload.ts'
import { formatSid } from '../../payload/session-id.ts'
import { carryBinding } from '../binding/carried-binding.ts'
import { pause } from '../core/batch-pause.ts'
import type { StoreCore } from '../core/core.ts'
import { MANY } from '../core/history.ts'
import type { Operation } from '../core/operation.ts'
import { isOfRoundTrip } from '../core/round-trip-rows.ts'
import { carryUses } from '../metadata/carried-uses.ts'
import { checkedActor } from '../options/actor.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { reportIfUnencrypted } from '../requests/opened-row.ts'
import { reencryptEvents } from './reencrypting-events.ts'
import { rowsByKey } from './sessions-by-key.ts'

/**
 * The options of `reencrypt()`.
 *
 * @example
 * ```ts
 * const options: ReencryptOptions = { rate: 1_000, onProgress: ({ reencrypted }) => console.log(reencrypted) }
 * const { remaining } = await app.storedSession.reencrypt(options)
 * ```
 */
export interface ReencryptOptions {
  /** Rows that are read at a time. @defaultValue 200 */
  batchSize?: number
  /** Rows per second at most. @defaultValue no limit */
  rate?: number
  /** Who does it, for the history: 1 to 255 characters. @defaultValue none */
  actor?: string
  /** Stops after the current batch. @defaultValue none */
  signal?: AbortSignal
  /** Called after every batch. @defaultValue none */
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
  const { batchSize, rate, actor } = checkOptions(options)
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
  await reencryptEvents(core, { keyId, batchSize, rate, signal, onProgress, progress })
  const result = { ...progress, ...(await countRemaining(core, keyId)) }
  await recordKeys(core, result, actor)
  return result
}

async function recordKeys({ history }: StoreCore, result: ReencryptResult, actor: string | undefined): Promise<void> {
  const { reencrypted: sessions, unreadable, remaining } = result
  const details = { sessions, unreadable, remaining, ...(actor !== undefined && { actor }) }
  await history?.recordNow({ sid: MANY, kind: 'keys', userId: null, details })
}

const OPTION_NAMES = ['batchSize', 'rate', 'actor', 'signal', 'onProgress']
const LARGEST_BATCH = 10_000
const HIGHEST_RATE = 1_000_000

function checkOptions({ batchSize, rate, onProgress, ...rest }: ReencryptOptions) {
  const checks = new OptionChecks()
  checks.names(rest, OPTION_NAMES)
  checks.optionalFunction('onProgress', onProgress)
  const checked = {
    batchSize: checks.integer('batchSize', batchSize, 200, 1, LARGEST_BATCH),
    actor: checkedActor(rest.actor, checks),
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
    const binding = await carryBinding(core.bindingCodec, row, keyId, { stored: row.binding })
    if (await core.rows.reseal({ sid, version, data, keyId, metadata, binding })) progress.reencrypted++
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

async function countRemaining(core: StoreCore, keyId: number) {
  const counts = (await rowsByKey(core)).filter((count) => count.keyId !== keyId && count.rows > 0)
  const remainingByKey = Object.fromEntries(counts.map((count) => [count.keyId ?? 'none', count.rows]))
  return { remaining: counts.reduce((sum, { rows }) => sum + rows, 0), remainingByKey }
}
