import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError } from '../errors.ts'
import { withKnownReasons } from './known-reasons.ts'
import { around, held, lateAnswer, type Patience, within } from './patience.ts'
import type { SessionDatabase, SessionListing, TrimBatch } from './session-database.ts'
import type { SessionKeys } from './stored-keys.ts'
import type { UnsealedRows } from './unsealed-rows.ts'

/** Attempts at one statement that keeps losing races; more would only add to the crowd. */
const ATTEMPTS = 6
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100

// A lost race: deadlock, serialization failure, lock timeout, or a statement that was cancelled in place of another one
// on its connection. The statement had no effect.
const TRANSIENT = new Set([
  '40001',
  '40P01',
  '55P03',
  '57014',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  // A node of Galera that is cut off from the others, or catches up with them.
  'ER_UNKNOWN_COM_ERROR',
])
// Another process writes. Nobody queues for the file, so this is tried again for as long as there is time.
const BUSY = /^SQLITE_(BUSY|LOCKED)/

/**
 * Puts one wall around a database: lost races are retried, and every other failure, and an answer that does not come in
 * time, becomes a 503 that tells the client nothing and carries the driver's code for the operator. Rows come through it
 * with reasons that are ours, whatever the column holds.
 *
 * @param close - closes the database, unless somebody else owns it
 */
export function guarded(
  database: SessionDatabase,
  patience: Patience,
  close = () => database.close(),
): SessionDatabase {
  const { request, bulk } = patience
  return {
    dialect: database.dialect,
    table: database.table,
    ...(database.keys && { keys: guardedKeys(database.keys, patience) }),
    read: async (sids) => withKnownReasons(await guard(request, () => database.read(sids))),
    insert: (row) => guard(request, () => database.insert(row)),
    ...(database.insertMany && { insertMany: (rows) => guard(bulk, () => database.insertMany!(rows)) }),
    update: (change) => guard(request, () => database.update(change)),
    touch: (touches) => guard(request, () => database.touch(touches)),
    end: (sid, end) => guard(request, () => database.end(sid, end)),
    replace: (replacement) => guard(request, () => database.replace(replacement)),
    endUser: (userId, end) => guard(request, () => database.endUser(userId, end)),
    countByKey: () => guard(bulk, () => database.countByKey()),
    async sealedByOthers(keyId, after, limit) {
      return withKnownReasons(await guard(bulk, () => database.sealedByOthers(keyId, after, limit)))
    },
    reseal: (reseal) => guard(request, () => database.reseal(reseal)),
    ...guardedTrimming(database, patience),
    listing: database.listing && guardedListing(database.listing, bulk),
    unsealed: database.unsealed && guardedUnsealed(database.unsealed, patience),
    check: () => within(bulk, database.check()),
    migrate: () => held(database.migrate()),
    ...(database.migrations && { migrations: () => guard(bulk, () => database.migrations!()) }),
    close: () => held(close()),
  }
}

function guardedKeys(keys: SessionKeys, { request, bulk }: Patience): SessionKeys {
  return {
    check: () => within(bulk, keys.check()),
    read: () => guard(request, () => keys.read()),
    insert: (key) => guard(request, () => keys.insert(key)),
    deleteUnused: (before) => guard(bulk, () => keys.deleteUnused(before)),
  }
}

function guardedListing(listing: SessionListing, ms: number): SessionListing {
  return {
    async list(filter, behind, limit) {
      return withKnownReasons(await guard(ms, () => listing.list(filter, behind, limit)))
    },
    count: (filter) => guard(ms, () => listing.count(filter)),
    tally: (moment, upTo) => guard(ms, () => listing.tally(moment, upTo)),
    nthKey: (position) => guard(ms, () => listing.nthKey(position)),
    nthCreation: (after, position) => guard(ms, () => listing.nthCreation(after, position)),
    endAll: (filter, end) => guard(ms, () => listing.endAll(filter, end)),
  }
}

function guardedUnsealed(rows: UnsealedRows, { request, bulk }: Patience): UnsealedRows {
  return {
    list: async (behind, limit) => withKnownReasons(await guard(bulk, () => rows.list(behind, limit))),
    seal: (row, sealing) => guard(request, () => rows.seal(row, sealing)),
  }
}

function guardedTrimming(database: SessionDatabase, { bulk }: Patience) {
  const { trimAlone, countDue } = database
  const guarded = (trim: TrimBatch): TrimBatch => {
    // A batch that lost a race is tried again under the same lock, and not all of the work.
    return (before, limit) => guard(bulk, () => trim(before, limit))
  }
  const trimming: Pick<SessionDatabase, 'trim' | 'trimAlone' | 'countDue'> = {
    trim: (before, limit) => guard(bulk, () => database.trim(before, limit)),
  }
  if (countDue) trimming.countDue = (before, limit) => guard(bulk, () => countDue.call(database, before, limit))
  if (trimAlone) {
    trimming.trimAlone = (work) => {
      let hasBegun = false
      const begin = (trim: TrimBatch) => {
        hasBegun = true
        return work(guarded(trim))
      }
      // Taking the lock may lose a race too. Once the work has begun only its batches are tried again.
      const attempt = () => around(bulk, trimAlone.bind(database), begin)
      return retried(performance.now() + bulk, attempt, () => !hasBegun)
    }
  }
  return trimming
}

function guard<Result>(ms: number, run: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + ms
  return retried(deadline, () => within(deadline - performance.now(), run(), () => lateAnswer(ms)))
}

async function retried<Result>(deadline: number, run: () => Promise<Result>, mayRepeat = () => true): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * Math.random()
      const hasTime = performance.now() + pause < deadline
      if (!hasTime || !mayRepeat() || !mayTryAgain(error, attempt)) throw unavailable(error)
      await sleep(pause)
    }
  }
}

function unavailable(error: unknown): Error {
  return error instanceof UnavailableError ? error : new UnavailableError({ cause: withoutParameters(error) })
}

function mayTryAgain(error: unknown, attempt: number): boolean {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') return false
  return BUSY.test(code) || (attempt < ATTEMPTS && TRANSIENT.has(code))
}

/**
 * A driver's error as an operator may see it: its code and its message, without the values that drivers quote in there,
 * and without the statement and the parameters that they attach.
 */
export function withoutParameters(error: unknown): Error {
  const { name, message, code } = error as Error & { code?: unknown }
  const plain = String(message || code || name).replaceAll(/'[^']*'|"[^"]*"|`[^`]*`|\\x[0-9a-f]+/gi, '…')
  return Object.assign(new Error(plain), typeof code === 'string' ? { code } : {})
}
