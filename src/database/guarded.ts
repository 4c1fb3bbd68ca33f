import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError } from '../errors.ts'
import type { SessionDatabase } from './session-database.ts'

/** Attempts at one statement that keeps losing races; more would only add to the crowd. */
const ATTEMPTS = 6
const FIRST_PAUSE_MS = 5

// A lost race: deadlock, serialization failure, lock timeout, or a busy file. The statement had no effect.
const TRANSIENT = new Set(['40001', '40P01', '55P03', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'])
const TRANSIENT_SQLITE = /^SQLITE_(BUSY|LOCKED)/

/**
 * Puts one wall around a database: lost races are retried, and every other failure becomes a 503 that tells the client
 * nothing and carries the driver's code for the operator.
 *
 * @param close - closes the database, unless somebody else owns it
 */
export function guarded(database: SessionDatabase, close = () => database.close()): SessionDatabase {
  return {
    dialect: database.dialect,
    table: database.table,
    read: (sids) => guard(() => database.read(sids)),
    insert: (row) => guard(() => database.insert(row)),
    update: (change) => guard(() => database.update(change)),
    touch: (touches) => guard(() => database.touch(touches)),
    end: (sid, end) => guard(() => database.end(sid, end)),
    endUser: (userId, end) => guard(() => database.endUser(userId, end)),
    countByKey: () => guard(() => database.countByKey()),
    sealedByOthers: (keyId, after, limit) => guard(() => database.sealedByOthers(keyId, after, limit)),
    reseal: (reseal) => guard(() => database.reseal(reseal)),
    trim: (before, limit) => guard(() => database.trim(before, limit)),
    check: () => database.check(),
    migrate: () => database.migrate(),
    close,
  }
}

async function guard<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw new UnavailableError({ cause: withoutParameters(error) })
      await sleep(FIRST_PAUSE_MS * 2 ** attempt * Math.random())
    }
  }
}

function isTransient(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && (TRANSIENT.has(code) || TRANSIENT_SQLITE.test(code))
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
