import { setImmediate as nextTurn } from 'node:timers/promises'
import type { NewRow, SessionDatabase } from '../../database/contract/session-database.ts'
import type { ImportedSession } from '../../payload/imported.ts'
import { keyIdOf } from '../../payload/sealed-payload.ts'
import { isWellFormedId, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, trimTime } from '../core/lifetime.ts'
import type { SessionContent } from '../live/content.ts'
import {
  type ForeignSession,
  noneSkipped,
  readForeign,
  type SkipReason,
  type StoredForm,
  storedForm,
} from './foreign-session.ts'

/** How an import goes about. */
export interface ImportOptions {
  /** Look and count, and write nothing. @defaultValue false */
  dryRun?: boolean
  /** Stops after the batch that is under way. What is left is taken when the import is repeated. */
  signal?: AbortSignal
  /** Told after every batch. */
  onProgress?: (progress: ImportProgress) => void
}

/** How far an import is. */
export interface ImportProgress {
  /** Sessions that the other store has, as far as they were read. */
  readonly read: number
  /** Of these, taken over; with `dryRun`, those that would be. */
  readonly imported: number
  /** Of these, left out. */
  readonly skipped: Readonly<Record<SkipReason, number>>
}

/** What an import did. */
export interface ImportResult extends ImportProgress {
  /** Whether everything was read. */
  readonly complete: boolean
}

/** Rows that are inserted at a time, where that is one by one. */
const INSERTS_UNDER_WAY = 16

interface Report {
  read: number
  imported: number
  skipped: Record<SkipReason, number>
}

/** A session on its way into a row. */
interface Arrival extends StoredForm {
  readonly id: string
  readonly sid: Buffer
  readonly expiresAt: number
}

/**
 * Imports sessions from another store: under the hash of their ids, so that the existing cookies work, sealed, with
 * the expiry that they have, within our own timeouts. They count as created now, since no other store knows better.
 * Rows that are there are left alone, ended ones too, so that it can be stopped and repeated at any time.
 *
 * @param source - sessions in batches; no more than one is held at a time
 * @throws `FST_STORED_SESSION_UNAVAILABLE` when database or key provider fail: repeat it then
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
    // With SQLite nothing here waits for anything, and nobody else would ever come.
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
  return typeof stored === 'string' ? stored : { id, sid: sidOf(id), ...stored, expiresAt }
}

/** When the other store ends a session, in whole milliseconds; what is no time says nothing. */
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
    // Somebody else may have been quicker: a second import, or a visitor.
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
  const { id, sid, plaintext, userId, expiresAt } = arrival
  const data = await core.codec.seal({ sid, createdAt: now, id }, plaintext)
  return {
    sid,
    data,
    keyId: keyIdOf(data),
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
