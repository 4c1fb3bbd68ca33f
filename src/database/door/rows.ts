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

/** Keys that one statement reads at most. */
const LARGEST_READ = 256
/** Rows that one statement changes at most. */
export const LARGEST_UPDATE = 64
/** Bytes of a payload that shares a statement at most: for larger ones it saves little, and MySQL limits such values. */
export const LARGEST_SHARED_BYTES = 16 * 1024

/** What a store does around the touches of its rows. */
export interface Touching {
  /** Does the work of touching so many sessions, and lets others observe it. */
  around(sessions: number, touch: () => Promise<void>): Promise<void>
  /** A touch in the background has failed. */
  onError(error: Error): void
}

/**
 * The one way to the rows of sessions. Here statements are shared: reads, and changes of different rows, that are asked
 * for in one turn of the event loop are one statement, and touches gather in the background. And here they are measured,
 * for an operation that somebody observes. What is retried, and what failures become, is up to the database behind it.
 */
export class SessionRows {
  readonly #database: SessionDatabase
  readonly #touching: Touching
  readonly #touches: TouchQueue
  readonly #reads: Batching<Buffer, SessionRow | undefined>
  readonly #updates: Batching<RowChange, boolean> | undefined
  readonly #reseals: Batching<RowReseal, boolean> | undefined
  /** The reads that no statement has taken yet: those of one session share one row. */
  readonly #asked = new Map<string, Waiting<Buffer, SessionRow | undefined>>()

  constructor(database: SessionDatabase, touching: Touching) {
    const { updateMany, resealMany } = database
    this.#database = database
    this.#touching = touching
    this.#touches = new TouchQueue((touches) => this.touch(touches), touching.onError)
    this.#reads = new Batching(this.#readAll, atMost(LARGEST_READ))
    this.#updates = updateMany && new Batching(updateMany, differentRows)
    this.#reseals = resealMany && new Batching(resealMany, differentRows)
  }

  /** The row of a session, if it has one. */
  find(sid: Buffer, measures?: Measures): Promise<SessionRow | undefined> {
    const key = keyOf(sid)
    const known = this.#asked.get(key)
    const waiting = known ?? this.#reads.add(sid)
    if (!known) this.#asked.set(key, waiting)
    return measures ? measuredRead(measures, waiting) : waiting.promise
  }

  /** False when there is a row with this key already, whatever its state. */
  insert(row: NewRow, measures?: Measures): Promise<boolean> {
    const inserting = this.#database.insert(row)
    return measures ? measuredInsert(measures, row, inserting) : inserting
  }

  /** False when no row has this key and version, or when it is over. */
  update(change: RowChange, measures?: Measures): Promise<boolean> {
    const waiting = this.#updates?.add(change)
    const updating = waiting?.promise ?? this.#database.update(change)
    return measures ? measuredUpdate(measures, change, updating, waiting) : updating
  }

  /** The same content under another key. False when the row has another version meanwhile, or has ended. */
  reseal(reseal: RowReseal): Promise<boolean> {
    return this.#reseals?.add(reseal).promise ?? this.#database.reseal(reseal)
  }

  /** Makes one row another one by compare-and-set. */
  replace(replacement: RowReplacement, measures?: Measures): Promise<boolean> {
    const replacing = this.#database.replace(replacement)
    return measures ? measures.database(replacing) : replacing
  }

  /** Ends one session; false when there is none that had not ended. */
  end(sid: Buffer, end: RowEnd, measures?: Measures): Promise<boolean> {
    const ending = this.#database.end(sid, end)
    return measures ? measuredEnd(measures, ending) : ending
  }

  /** Ends all sessions of a user, and says how many had not ended. */
  endUser(userId: string, end: RowEnd, measures?: Measures): Promise<number> {
    const ending = this.#database.endUser(userId, end)
    return measures ? measures.database(ending) : ending
  }

  /** Sets the last use of rows now. */
  touch(touches: readonly RowTouch[]): Promise<void> {
    return this.#touching.around(touches.length, () => this.#database.touch(touches))
  }

  /** Sets the last use of a row soon, in the background. */
  touchSoon(touch: RowTouch): void {
    this.#touches.add(touch)
  }

  /** Writes the touches that wait, and resolves when they and everything before them are written. Never rejects. */
  flush(): Promise<void> {
    return this.#touches.flush()
  }

  readonly #readAll = async (sids: readonly Buffer[]) => {
    // What is asked for from now on must be read again.
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

/** Two changes of one row never share a statement: the second one builds on the first. */
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
