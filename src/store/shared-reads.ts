import type { SessionRow } from '../database/session-database.ts'

interface Waiter {
  readonly sid: Buffer
  readonly key: string
  readonly promise: Promise<SessionRow | undefined>
  resolve(row: SessionRow | undefined): void
  reject(error: unknown): void
}

/** Keys that one statement names at most. */
const LARGEST_BATCH = 256

/** Statements under way at a time: with more, each would carry less; with one, a slow statement would hold up all. */
const MOST_UNDER_WAY = 4

/**
 * Reads of one turn of the event loop share one statement; those of one session share one row. A request that is alone
 * waits for nobody: its statement leaves as soon as the loop has handed out what it had. Under load the next statement
 * leaves when one of those under way is back, with all that has come meanwhile.
 */
export function sharedReads(
  read: (sids: readonly Buffer[]) => Promise<SessionRow[]>,
): (sid: Buffer) => Promise<SessionRow | undefined> {
  const waiting = new Map<string, Waiter>()
  let underWay = 0
  let isLeaving = false

  const leaveSoon = () => {
    if (isLeaving || waiting.size === 0 || underWay === MOST_UNDER_WAY) return
    isLeaving = true
    setImmediate(leave)
  }

  const leave = async () => {
    isLeaving = false
    const batch = take(waiting, LARGEST_BATCH)
    underWay++
    leaveSoon()
    await answer(batch)
    underWay--
    leaveSoon()
  }

  const answer = async (batch: readonly Waiter[]) => {
    try {
      const rows = await read(batch.map(({ sid }) => sid))
      const byKey = new Map(rows.map((row) => [keyOf(row.sid), row]))
      for (const waiter of batch) waiter.resolve(byKey.get(waiter.key))
    } catch (error) {
      for (const waiter of batch) waiter.reject(error)
    }
  }

  return (sid) => {
    const key = keyOf(sid)
    const known = waiting.get(key)
    if (known) return known.promise
    const waiter = waiterFor(sid, key)
    waiting.set(key, waiter)
    leaveSoon()
    return waiter.promise
  }
}

/** Takes the first of those who wait. */
function take(waiting: Map<string, Waiter>, most: number): Waiter[] {
  const batch = [...waiting.values()].slice(0, most)
  if (batch.length === waiting.size) waiting.clear()
  else for (const { key } of batch) waiting.delete(key)
  return batch
}

function waiterFor(sid: Buffer, key: string): Waiter {
  let resolve!: Waiter['resolve']
  let reject!: Waiter['reject']
  const promise = new Promise<SessionRow | undefined>((onRow, onError) => {
    resolve = onRow
    reject = onError
  })
  return { sid, key, promise, resolve, reject }
}

const keyOf = (sid: Buffer) => sid.toString('latin1')
