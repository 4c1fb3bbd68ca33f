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

/** How an upgrade goes about. */
export interface UpgradeOptions {
  /** Look and count, and write nothing. @defaultValue false */
  dryRun?: boolean
  /** Rows that are read at a time. @defaultValue 200 */
  batchSize?: number
  /** Stops after the batch that is under way. What is left is done when the upgrade is repeated. */
  signal?: AbortSignal
  /** Told after every batch. */
  onProgress?: (progress: UpgradeProgress) => void
}

/**
 * Rows that an upgrade leaves in plaintext, as imports do and for the same reasons; of `exists` those in plaintext are deleted,
 * because the session is here under its hash. `needsCookie`: with `bindToCookie`, content under a hash is sealed when its
 * user comes, and not before.
 */
export type UpgradeSkips = Readonly<Record<SkipReason | 'needsCookie', number>>

/** How far an upgrade is. */
export interface UpgradeProgress {
  /** Rows in plaintext that were looked at. */
  readonly read: number
  /** Of these, rows under an id in plaintext that lie sealed under its hash now; with `dryRun`, those that would. */
  readonly hashed: number
  /** Of these, rows that were under a hash already, and whose content is sealed now. */
  readonly sealed: number
  readonly skipped: UpgradeSkips
}

/** What an upgrade did. */
export interface UpgradeResult extends UpgradeProgress {
  /** Whether all rows were looked at. */
  readonly complete: boolean
}

interface Report {
  read: number
  hashed: number
  sealed: number
  skipped: Record<SkipReason | 'needsCookie', number>
}

/** Rows that are written at a time. */
const UNDER_WAY = 16

/** A row, and what is to become of it. */
interface Sealable extends StoredForm {
  readonly row: UnsealedRow
  readonly sid: Buffer
  /** The id that was in plaintext; undefined where a hash was. */
  readonly id: string | undefined
}

/**
 * Makes rows ours that were copied into the table by SQL: the id that such a row has for its key becomes its hash, and its
 * content is sealed. Each row in one statement that names the version it read, while requests are served; its dates stay, and its
 * user too. Can be stopped and repeated at any time: what is done is not looked at again.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also for a storage of one's own that cannot list such rows
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
    // With SQLite nothing here waits for anything, and nobody else would ever come.
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
    // Sealed before keys were noted in a column: reencryption notes them.
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
 * The session id that is the key of a row, or undefined where that is a hash. Ids are visible ASCII; that all 32 bytes
 * of a SHA-256 are has the probability of 2^-46. MySQL fills a key that is too short up with zeros.
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
