import type { Measures } from '../../instruments/measures.ts'
import type {
  NewRow,
  RowChange,
  RowEnd,
  RowReplacement,
  RowReseal,
  RowTouch,
  SessionDatabase,
  SessionRow,
} from '../contract/session-database.ts'
import { Batching, type Waiting } from './batching.ts'
import { TouchQueue } from './touch-queue.ts'

/** The maximum number of keys that one statement reads. */
const LARGEST_READ = 256
/** The maximum number of rows that one statement changes. */
export const LARGEST_UPDATE = 64
/** The largest payload in bytes that shares a statement: for larger ones it saves little, and MySQL limits them. */
export const LARGEST_SHARED_BYTES = 16 * 1024

/** The store's hooks for touches. */
interface Touching {
  /** Runs a touch of this many sessions, and lets observers see it. */
  around(sessions: number, touch: () => Promise<void>): Promise<void>
  /** Receives the error of a failed touch in the background. */
  onError(error: Error): void
}

/**
 * The only access to the rows of sessions. Reads and changes of different rows in one turn of the event loop share a
 * statement. Touches gather in the background. Each call is measured if its operation has an observer. The database
 * below decides about retries and about the errors of failures.
 */
export class SessionRows {
  readonly #database: SessionDatabase
  readonly #touching: Touching
  readonly #touches: TouchQueue
  readonly #reads: Batching<Buffer, SessionRow | undefined>
  readonly #updates: Batching<RowChange, boolean> | undefined
  readonly #reseals: Batching<RowReseal, boolean> | undefined
  /** The reads that are not yet in a statement: the reads of one session share one row. */
  readonly #asked = new Map<string, Waiting<Buffer, SessionRow | undefined>>()

  constructor(database: SessionDatabase, touching: Touching) {
    const { updateMany, resealMany } = database
    this.#database = database
    this.#touching = touching
    this.#touches = new TouchQueue((touches) => this.touch(touches), touching.onError)
    this.#reads = new Batching(this.#readAll, atMost(LARGEST_READ))
    this.#updates = updateMany && new Batching(updateMany, differentRows, { gathers: true })
    this.#reseals = resealMany && new Batching(resealMany, differentRows, { gathers: true })
  }

  /** The row of a session, if it has one. */
  find(sid: Buffer, measures?: Measures): Promise<SessionRow | undefined> {
    const key = keyOf(sid)
    const known = this.#asked.get(key)
    const waiting = known ?? this.#reads.add(sid)
    if (!known) this.#asked.set(key, waiting)
    return measures ? measuredRead(measures, waiting) : waiting.promise
  }

  /** False when a row with this key already exists, in any state. */
  insert(row: NewRow, measures?: Measures): Promise<boolean> {
    const inserting = this.#database.insert(row)
    return measures ? measuredInsert(measures, row, inserting) : inserting
  }

  /** False when no row has this key and version, or when it has expired or ended. */
  update(change: RowChange, measures?: Measures): Promise<boolean> {
    const waiting = this.#updates?.add(change)
    const updating = waiting?.promise ?? this.#database.update(change)
    return measures ? measuredUpdate(measures, change, updating, waiting) : updating
  }

  /** The same content under another key. False when the row has another version now, or has ended. */
  reseal(reseal: RowReseal): Promise<boolean> {
    return this.#reseals?.add(reseal).promise ?? this.#database.reseal(reseal)
  }

  /** Replaces the state of one row by compare-and-set. */
  replace(replacement: RowReplacement, measures?: Measures): Promise<boolean> {
    const replacing = this.#database.replace(replacement)
    return measures ? measures.database(replacing) : replacing
  }

  /** Ends one session; false when no such session is unended. */
  end(sid: Buffer, end: RowEnd, measures?: Measures): Promise<boolean> {
    const ending = this.#database.end(sid, end)
    return measures ? measuredEnd(measures, ending) : ending
  }

  /** Ends all sessions of a user, and returns how many had not ended. */
  endUser(userId: string, end: RowEnd, measures?: Measures): Promise<number> {
    const ending = this.#database.endUser(userId, end)
    return measures ? measures.database(ending) : ending
  }

  /** Sets the last use of rows immediately. */
  touch(touches: readonly RowTouch[]): Promise<void> {
    return this.#touching.around(touches.length, () => this.#database.touch(touches))
  }

  /** Sets the last use of a row soon, in the background. */
  touchSoon(touch: RowTouch): void {
    this.#touches.add(touch)
  }

  /** Writes the pending touches, and resolves when these and all earlier ones are written. Never rejects. */
  flush(): Promise<void> {
    return this.#touches.flush()
  }

  readonly #readAll = async (sids: readonly Buffer[]) => {
    // A read that arrives after this point must see the row as it is then.
    for (const sid of sids) this.#asked.delete(keyOf(sid))
    const rows = await this.#database.read(sids)
    const byKey = new Map(rows.map((row) => [keyOf(row.sid), row]))
    return sids.map((sid) => byKey.get(keyOf(sid)))
  }
}

const keyOf = (sid: Buffer) => sid.toString('latin1')

const atMost = (count: number) => () => {
  let taken = 0
  return () => ++taken <= count
}

/** Two changes of one row never share a statement, because the second depends on the first. */
function differentRows(): (change: RowReseal) => boolean {
  const keys = new Set<string>()
  let rows = 0
  let areSmall = true
  return ({ sid, data }) => {
    keys.add(keyOf(sid))
    rows += 1
    areSmall &&= data.length <= LARGEST_SHARED_BYTES
    return areSmall && keys.size === rows && rows <= LARGEST_UPDATE
  }
}

async function measuredRead(measures: Measures, waiting: Waiting<Buffer, SessionRow | undefined>) {
  const row = await measures.database(waiting.promise)
  if (row) measures.bytes = row.data.length || measures.bytes
  measures.shared = waiting.sharers
  return row
}

async function measuredInsert(measures: Measures, { data }: NewRow, inserting: Promise<boolean>) {
  const isInserted = await measures.database(inserting)
  measures.hasInserted = isInserted
  if (isInserted) measures.bytes = data.length || measures.bytes
  return isInserted
}

async function measuredUpdate(
  measures: Measures,
  { data }: RowChange,
  updating: Promise<boolean>,
  waiting: Waiting<RowChange, boolean> | undefined,
) {
  const isUpdated = await measures.database(updating)
  if (!isUpdated) return false
  measures.bytes = data.length
  if (waiting) measures.shared = waiting.sharers
  return true
}

async function measuredEnd(measures: Measures, ending: Promise<boolean>) {
  const isEnded = await measures.database(ending)
  measures.hasEnded ||= isEnded
  return isEnded
}
