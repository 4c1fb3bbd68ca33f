import { setImmediate as nextTurn } from 'node:timers/promises'
import type { NewRow, SessionDatabase } from '../../database/contract/session-database.ts'
import { foreignUse } from '../../metadata/foreign-use.ts'
import { packUse } from '../../metadata/packed-use.ts'
import type { CapturedUse } from '../../metadata/session-metadata.ts'
import type { ImportedSession } from '../../payload/imported.ts'
import { keyIdOf } from '../../payload/sealed-payload.ts'
import { isWellFormedId, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, trimTime } from '../core/lifetime.ts'
import type { SessionContent } from '../live/content.ts'
import { carryUses } from '../metadata/carried-uses.ts'
import {
  type ForeignSession,
  noneSkipped,
  readForeign,
  type SkipReason,
  type StoredForm,
  storedForm,
} from './foreign-session.ts'

/**
 * The options of `import()`.
 *
 * @example
 * ```ts
 * const options: ImportOptions = { dryRun: true, onProgress: ({ read }) => console.log(`${read} read`) }
 * const { imported, skipped } = await store.import(source, options)
 * ```
 */
export interface ImportOptions {
  /** Only read and count, and write nothing. @defaultValue false */
  dryRun?: boolean
  /** Stops after the current batch. A repeated import continues with the remaining sessions. @defaultValue none */
  signal?: AbortSignal
  /** Called after every batch. @defaultValue none */
  onProgress?: (progress: ImportProgress) => void
}

/** The progress of an import. */
export interface ImportProgress {
  /** Sessions of the other store that were read so far. */
  readonly read: number
  /** Imported sessions; with `dryRun`, sessions that would be imported. */
  readonly imported: number
  /** Skipped sessions, by reason. */
  readonly skipped: Readonly<Record<SkipReason, number>>
}

/** The result of an import. */
export interface ImportResult extends ImportProgress {
  /** Whether everything was read. */
  readonly complete: boolean
}

/** The number of concurrent inserts for a database without `insertMany`. */
const INSERTS_UNDER_WAY = 16

interface Report {
  read: number
  imported: number
  skipped: Record<SkipReason, number>
}

/** A session to insert. */
interface Arrival extends StoredForm {
  readonly id: string
  readonly sid: Buffer
  readonly expiresAt: number
  readonly use: CapturedUse | undefined
}

/**
 * Imports sessions from another store. The rows are sealed, under the hash of their ids, so that the existing cookies
 * work. Sessions keep their expiry, within our own timeouts. They count as created now, because other stores do not
 * know the date of creation. Existing rows do not change, even ended rows, so that the import can be stopped and
 * repeated at any time.
 *
 * @param source - sessions in batches; the import holds one batch at a time
 * @throws `FST_STORED_SESSION_UNAVAILABLE` when the database or the key provider fails: repeat the import then
 */
export async function importSessions(
  core: StoreCore,
  source: AsyncIterable<readonly ForeignSession[]>,
  { dryRun = false, signal, onProgress }: ImportOptions = {},
): Promise<ImportResult> {
  const report: Report = { read: 0, imported: 0, skipped: noneSkipped() }
  for await (const batch of source) {
    await importBatch(core, batch, dryRun, report)
    onProgress?.({ ...report, skipped: { ...report.skipped } })
    if (signal?.aborted) return { ...report, complete: false }
    // SQLite works synchronously, so let other work run in between.
    await nextTurn()
  }
  return { ...report, complete: true }
}

async function importBatch(core: StoreCore, batch: readonly ForeignSession[], dryRun: boolean, report: Report) {
  const now = Date.now()
  const arrivals = new Map<string, Arrival>()
  for (const session of batch) {
    report.read++
    const arrival = arrivalOf(core, session, now)
    if (typeof arrival === 'string') report.skipped[arrival]++
    else if (arrivals.has(arrival.id)) report.skipped.exists++
    else arrivals.set(arrival.id, arrival)
  }
  const missing = await missingOf(core, [...arrivals.values()])
  report.skipped.exists += arrivals.size - missing.length
  if (dryRun) report.imported += missing.length
  else await insertAll(core, missing, now, report)
}

function arrivalOf(core: StoreCore, session: ForeignSession, now: number): Arrival | SkipReason {
  const { id, data } = session
  if (!isWellFormedId(id)) return 'invalidId'
  const imported = readForeign(data)
  if (!imported) return 'unreadable'
  const content = imported.content as SessionContent
  const expiresAt = Math.min(deadlineOf(core.limits, content.cookie, now, now), expiryOf(session, imported))
  if (expiresAt <= now) return 'over'
  const stored = storedForm(core, content, now)
  if (typeof stored === 'string') return stored
  return { id, sid: sidOf(id), ...stored, expiresAt, use: foreignUse(core.metadata, session) }
}

/** When the other store ends a session, in whole milliseconds; an invalid time counts as none. */
function expiryOf({ expiresAt }: ForeignSession, { expires }: ImportedSession): number {
  const time = Number.isNaN(expiresAt) ? expires : (expiresAt ?? expires)
  return Math.floor(time ?? Number.POSITIVE_INFINITY)
}

async function missingOf(core: StoreCore, arrivals: readonly Arrival[]): Promise<Arrival[]> {
  if (arrivals.length === 0) return []
  const rows = await core.database.read(arrivals.map(({ sid }) => sid))
  const known = new Set(rows.map(({ sid }) => sid.toString('latin1')))
  return arrivals.filter(({ sid }) => !known.has(sid.toString('latin1')))
}

async function insertAll(core: StoreCore, arrivals: readonly Arrival[], now: number, report: Report): Promise<void> {
  if (arrivals.length === 0) return
  const rows = await Promise.all(arrivals.map((arrival) => rowOf(core, arrival, now)))
  for (const isInserted of await insertRows(core.database, rows)) {
    // A second import or a visitor may have inserted the row first.
    if (isInserted) report.imported++
    else report.skipped.exists++
  }
}

async function insertRows(database: SessionDatabase, rows: readonly NewRow[]): Promise<boolean[]> {
  if (database.insertMany) return database.insertMany(rows)
  const inserted: boolean[] = []
  for (let begin = 0; begin < rows.length; begin += INSERTS_UNDER_WAY) {
    const some = rows.slice(begin, begin + INSERTS_UNDER_WAY)
    inserted.push(...(await Promise.all(some.map((row) => database.insert(row)))))
  }
  return inserted
}

async function rowOf(core: StoreCore, arrival: Arrival, now: number): Promise<NewRow> {
  const { id, sid, plaintext, userId, expiresAt, use } = arrival
  const data = await core.codec.seal({ sid, createdAt: now, id }, plaintext)
  const keyId = keyIdOf(data)
  const visitor = use && { packed: () => packUse(use) }
  const place = { sid, createdAt: now }
  return {
    sid,
    data,
    keyId,
    metadata: await carryUses(core.usesCodec, place, keyId, { stored: null, isNew: true, visitor }),
    binding: null,
    version: 1,
    userId,
    createdAt: now,
    touchedAt: now,
    expiresAt,
    trimAt: trimTime(core.limits, expiresAt),
    endedAt: null,
    endReason: null,
  }
}
