import { setImmediate as nextTurn } from 'node:timers/promises'
import type { UnsealedRow, UnsealedRows } from '../../database/contract/session-row.ts'
import { InvalidOptionsError } from '../../errors.ts'
import { isSealed, keyIdOf } from '../../payload/sealed-payload.ts'
import { isWellFormedId, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { isIdle, reasonOver, trimTime } from '../core/lifetime.ts'
import type { SessionContent } from '../live/content.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { noneSkipped, readForeign, type SkipReason, type StoredForm, storedForm } from './foreign-session.ts'

/**
 * The options of `upgrade()`.
 *
 * @example
 * ```ts
 * const options: UpgradeOptions = { batchSize: 500, signal: AbortSignal.timeout(60_000) }
 * const { hashed, sealed, complete } = await store.upgrade(options)
 * ```
 */
export interface UpgradeOptions {
  /** Only read and count, and write nothing. @defaultValue false */
  dryRun?: boolean
  /** Rows that are read at a time, 1 to 10000. @defaultValue 200 */
  batchSize?: number
  /** Stops after the current batch. A repeated upgrade continues with the remaining rows. @defaultValue none */
  signal?: AbortSignal
  /** Called after every batch. @defaultValue none */
  onProgress?: (progress: UpgradeProgress) => void
}

/**
 * Rows that an upgrade leaves in plaintext, for the same reasons as an import. The plaintext rows of `exists` are
 * deleted, because the session has a row under its hash. `needsCookie`: with `bindToCookie`, content under a hash is
 * not sealed before the next request of its user.
 */
export type UpgradeSkips = Readonly<Record<SkipReason | 'needsCookie', number>>

/** The progress of an upgrade. */
export interface UpgradeProgress {
  /** Rows in plaintext that were read so far. */
  readonly read: number
  /** Rows whose key was an id in plaintext, now sealed under its hash; with `dryRun`, rows that would be. */
  readonly hashed: number
  /** Rows that were under a hash already, and whose content is sealed now. */
  readonly sealed: number
  /** Rows that stay in plaintext, by reason. */
  readonly skipped: UpgradeSkips
}

/** The result of an upgrade. */
export interface UpgradeResult extends UpgradeProgress {
  /** Whether all rows were read. */
  readonly complete: boolean
}

interface Report {
  read: number
  hashed: number
  sealed: number
  skipped: Record<SkipReason | 'needsCookie', number>
}

/** The number of concurrent writes. */
const UNDER_WAY = 16

/** A row in plaintext, and what replaces it. */
interface Sealable extends StoredForm {
  readonly row: UnsealedRow
  readonly sid: Buffer
  /** The id in plaintext; undefined if the key is a hash. */
  readonly id: string | undefined
}

/**
 * Upgrades rows that were copied into the table by SQL: the id in the key of such a row becomes its hash, and its
 * content is sealed. The dates of a row and its user stay. Each row changes in one statement that names the version it
 * read, while the application serves requests. It can be stopped and repeated at any time: finished rows are not read
 * again.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also for a storage of the application that has no `unsealed`
 */
export async function upgradeSessions(core: StoreCore, options: UpgradeOptions = {}): Promise<UpgradeResult> {
  const { dryRun = false, signal, onProgress } = options
  const batchSize = checkOptions(options)
  const { unsealed } = core.database
  if (!unsealed)
    throw new InvalidOptionsError(
      'this storage cannot be upgraded, because it has no "unsealed"; implement unsealed of the type SessionDatabase',
    )
  const report: Report = { read: 0, hashed: 0, sealed: 0, skipped: { ...noneSkipped(), needsCookie: 0 } }
  let behind: UnsealedRow | undefined
  while (!signal?.aborted) {
    const rows = await unsealed.list(behind, batchSize)
    await upgradeBatch(core, unsealed, rows, dryRun, report)
    onProgress?.({ ...report, skipped: { ...report.skipped } })
    if (rows.length < batchSize) return { ...report, complete: true }
    behind = rows.at(-1)
    // SQLite works synchronously, so let other work run in between.
    await nextTurn()
  }
  return { ...report, complete: false }
}

const OPTION_NAMES = ['dryRun', 'batchSize', 'signal', 'onProgress']
const LARGEST_BATCH = 10_000

function checkOptions({ batchSize, onProgress, ...rest }: UpgradeOptions): number {
  const checks = new OptionChecks()
  checks.names(rest, OPTION_NAMES)
  checks.optionalFunction('onProgress', onProgress)
  const checked = checks.integer('batchSize', batchSize, 200, 1, LARGEST_BATCH)
  checks.done()
  return checked
}

async function upgradeBatch(
  core: StoreCore,
  unsealed: UnsealedRows,
  rows: readonly UnsealedRow[],
  dryRun: boolean,
  report: Report,
): Promise<void> {
  const now = Date.now()
  const sealable: Sealable[] = []
  for (const row of rows) {
    // Sealed by a version without the column of keys; reencryption fills the column.
    if (isSealed(row.data)) continue
    report.read++
    const found = sealableFrom(core, row, now)
    if (typeof found === 'string') report.skipped[found]++
    else sealable.push(found)
  }
  const isTaken = dryRun ? await takenKeys(core, sealable) : () => false
  for (let begin = 0; begin < sealable.length; begin += UNDER_WAY) {
    const some = sealable.slice(begin, begin + UNDER_WAY).map(async (one) => {
      const isDone = dryRun ? !isTaken(one) : await unsealed.seal(one.row, await sealingOf(core, one))
      if (!isDone) report.skipped.exists++
      else if (one.id === undefined) report.sealed++
      else report.hashed++
    })
    await Promise.all(some)
  }
}

function sealableFrom(core: StoreCore, row: UnsealedRow, now: number): Sealable | keyof UpgradeSkips {
  const id = idInClear(row.sid)
  if (id === undefined && row.sid.length !== SID_BYTES) return 'invalidId'
  const content = readForeign(row.data)?.content as SessionContent | undefined
  if (!content || !isDate(row.createdAt)) return 'unreadable'
  if (reasonOver(core.limits, row, now) || isIdle(core.limits, content.cookie, row, now)) return 'over'
  if (id === undefined && core.bindToCookie) return 'needsCookie'
  const stored = storedForm(core, content, row.createdAt)
  return typeof stored === 'string' ? stored : { row, id, sid: id === undefined ? row.sid : sidOf(id), ...stored }
}

const SID_BYTES = 32

/**
 * The session id that is the key of a row; undefined if the key is a hash. Ids are visible ASCII; the probability that
 * all 32 bytes of a SHA-256 are visible ASCII is 2^-46. MySQL pads a short key with zeros.
 */
function idInClear(sid: Buffer): string | undefined {
  const end = sid.findLastIndex((byte) => byte !== 0) + 1
  const text = sid.toString('latin1', 0, end)
  return isWellFormedId(text) ? text : undefined
}

const isDate = (time: number) => Number.isSafeInteger(time) && time >= 0

async function takenKeys(core: StoreCore, sealable: readonly Sealable[]): Promise<(one: Sealable) => boolean> {
  const hashed = sealable.filter(({ id }) => id !== undefined)
  const rows = hashed.length > 0 ? await core.database.read(hashed.map(({ sid }) => sid)) : []
  const keys = new Set(rows.map(({ sid }) => sid.toString('latin1')))
  return ({ id, sid }) => id !== undefined && keys.has(sid.toString('latin1'))
}

async function sealingOf(core: StoreCore, { row, sid, id, plaintext, userId }: Sealable) {
  const data = await core.codec.seal({ sid, createdAt: row.createdAt, id }, plaintext)
  return { sid, data, keyId: keyIdOf(data), userId, trimAt: trimTime(core.limits, row.expiresAt) }
}
