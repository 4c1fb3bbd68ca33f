import { setTimeout as sleep } from 'node:timers/promises'
import { keepAlive, lateAnswer, type TimeLimits, within, withinAround } from '../../time/time-limits.ts'
import type { SessionDatabase, TrimBatch } from '../contract/session-database.ts'
import { failureOf, orNone } from './failure.ts'
import { type Guard, guardedHistory, guardedKeys, guardedListing, guardedUnsealed } from './guarded-parts.ts'
import { withKnownReasons } from './known-reasons.ts'

/** Attempts at one statement that keeps losing races. More attempts would only add to the contention. */
const ATTEMPTS = 6
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100

// A lost race: deadlock, serialization failure, lock timeout, or a cancel request that hit this statement instead of
// another on its connection. The statement had no effect.
const TRANSIENT = new Set([
  '40001',
  '40P01',
  '55P03',
  '57014',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  // Two members of a replication group changed one row at once.
  'ER_TRANSACTION_ROLLBACK_DURING_COMMIT',
  // A Galera node that is disconnected from the others, or is catching up with them.
  'ER_UNKNOWN_COM_ERROR',
])
// Another process writes. SQLite has no queue for the file, so the statement is retried while there is time.
const BUSY = /^SQLITE_(BUSY|LOCKED)/

/**
 * Guards a database. Lost races are retried. A user id that the database cannot hold is refused, and has no sessions.
 * Every other failure becomes a 503 that hides the cause from the client and has the driver's code for the operator. Unknown end reasons in rows become `destroyed`. The client of the database
 * limits the time of a statement, because it can cancel it.
 */
export function guarded(database: SessionDatabase, timeLimits: TimeLimits): SessionDatabase {
  return behind((ms, run, after) => retrying(ms, run, { after }), database, timeLimits)
}

/** Guards a custom storage: its answers have a time limit here, because no client limits them, and it stays open. */
export function guardedStorage(storage: SessionDatabase, timeLimits: TimeLimits): SessionDatabase {
  return { ...behind(limiting, asItIs(storage), timeLimits), close: async () => {} }
}

/** A storage whose methods are looked up when they are called: an application may replace one while it runs. */
function asItIs<Methods extends object>(methods: Methods): Methods {
  return new Proxy(methods, {
    get(_, name) {
      const found: unknown = Reflect.get(methods, name, methods)
      if (typeof found === 'object' && found !== null) return asItIs(found)
      if (typeof found !== 'function') return found
      return (...values: unknown[]) => (Reflect.get(methods, name, methods) as typeof found).apply(methods, values)
    },
  })
}

function behind(guard: Guard, database: SessionDatabase, timeLimits: TimeLimits): SessionDatabase {
  const { request, bulk } = timeLimits
  return {
    dialect: database.dialect,
    table: database.table,
    ...(database.keys && { keys: guardedKeys(guard, database.keys, timeLimits) }),
    read: guard(request, database.read.bind(database), withKnownReasons),
    insert: guard(request, database.insert.bind(database)),
    ...(database.insertMany && { insertMany: guard(bulk, database.insertMany.bind(database)) }),
    update: guard(request, database.update.bind(database)),
    ...(database.updateMany && { updateMany: guard(request, database.updateMany.bind(database)) }),
    touch: guard(request, database.touch.bind(database)),
    end: guard(request, database.end.bind(database)),
    replace: guard(request, database.replace.bind(database)),
    endUser: orNone(guard(request, database.endUser.bind(database)), 0),
    countByKey: guard(bulk, database.countByKey.bind(database)),
    sealedByOthers: guard(bulk, database.sealedByOthers.bind(database), withKnownReasons),
    reseal: guard(request, database.reseal.bind(database)),
    ...(database.resealMany && { resealMany: guard(request, database.resealMany.bind(database)) }),
    ...guardedTrimming(database, timeLimits),
    listing: database.listing && guardedListing(guard, database.listing, bulk),
    history: database.history && guardedHistory(guard, database.history, timeLimits),
    unsealed: database.unsealed && guardedUnsealed(guard, database.unsealed, timeLimits),
    ...(database.probe && { probe: guard(request, database.probe.bind(database)) }),
    ...(database.remove && { remove: guard(request, database.remove.bind(database)) }),
    ...(database.checkSettings && { checkSettings: (needs) => within(request, database.checkSettings!(needs)) }),
    ...(database.suspects && { suspects: () => within(request, database.suspects!()) }),
    check: () => within(bulk, database.check()),
    migrate: () => keepAlive(database.migrate()),
    ...(database.migrations && { migrations: guard(bulk, database.migrations.bind(database)) }),
    close: () => keepAlive(database.close()),
  }
}

// Trimming keeps a connection for several statements, and the client does not limit their time.
function guardedTrimming(database: SessionDatabase, { bulk }: TimeLimits) {
  const { trimAlone, countDue, longestBatch } = database
  const trimming: Pick<SessionDatabase, 'trim' | 'trimAlone' | 'countDue' | 'longestBatch'> = {
    ...(longestBatch && { longestBatch }),
    trim: limiting(bulk, database.trim.bind(database)),
  }
  if (countDue) trimming.countDue = limiting(bulk, countDue.bind(database))
  if (trimAlone) {
    trimming.trimAlone = (work) => {
      let hasBegun = false
      const begin = (trim: TrimBatch) => {
        hasBegun = true
        // After a lost race only the batch is retried, under the same lock.
        return work(limiting(bulk, trim))
      }
      // Taking the lock may lose a race too. After the work has begun, only its batches are retried.
      const attempt = () => withinAround(bulk, trimAlone.bind(database), begin)
      return retrying(bulk, attempt, { mayRepeat: () => !hasBegun })()
    }
  }
  return trimming
}

const limiting: Guard = (ms, run, after) => retrying(ms, run, { after, isLimited: true })

interface Retrying<Result> {
  readonly after?: ((result: Result) => Result) | undefined
  /** Whether to stop waiting for an answer when the time has passed. @defaultValue false */
  readonly isLimited?: boolean
  readonly mayRepeat?: () => boolean
}

/** Makes a function retry lost races while there is time. */
function retrying<Args extends unknown[], Result>(
  ms: number,
  run: (...args: Args) => Promise<Result>,
  { after, isLimited = false, mayRepeat = () => true }: Retrying<Result>,
): (...args: Args) => Promise<Result> {
  return async function attempt(...args) {
    const deadline = performance.now() + ms
    for (let attempts = 1; ; attempts++) {
      try {
        const running = run(...args)
        const limited = isLimited
          ? within(Math.ceil(deadline - performance.now()), running, () => lateAnswer(ms))
          : running
        const result = await limited
        return after ? after(result) : result
      } catch (error) {
        const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS) * Math.random()
        const hasTime = performance.now() + pause < deadline
        if (!hasTime || !mayRepeat() || !mayTryAgain(error, attempts)) throw failureOf(error)
        await sleep(pause)
      }
    }
  }
}

function mayTryAgain(error: unknown, attempt: number): boolean {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') return false
  return BUSY.test(code) || (attempt < ATTEMPTS && TRANSIENT.has(code))
}
