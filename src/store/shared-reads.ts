import type { SessionRow } from '../database/session-database.ts'

interface Waiter {
  readonly sid: Buffer
  readonly promise: Promise<SessionRow | undefined>
  resolve(row: SessionRow | undefined): void
  reject(error: unknown): void
}

/** Keys that one statement names at most. */
const LARGEST_BATCH = 256

/**
 * Reads of one turn of the event loop share one statement; those of one session share one row. A request that is alone
 * waits for nobody: its statement leaves as soon as the loop has handed out what it had.
 */
export function sharedReads(
  read: (sids: readonly Buffer[]) => Promise<SessionRow[]>,
): (sid: Buffer) => Promise<SessionRow | undefined> {
  let waiting = new Map<string, Waiter>()

  const leave = () => {
    const batch = [...waiting.values()]
    waiting = new Map()
    for (let start = 0; start < batch.length; start += LARGEST_BATCH) answer(batch.slice(start, start + LARGEST_BATCH))
  }

  const answer = async (batch: readonly Waiter[]) => {
    try {
      const rows = await read(batch.map(({ sid }) => sid))
      const byKey = new Map(rows.map((row) => [keyOf(row.sid), row]))
      for (const waiter of batch) waiter.resolve(byKey.get(keyOf(waiter.sid)))
    } catch (error) {
      for (const waiter of batch) waiter.reject(error)
    }
  }

  return (sid) => {
    const key = keyOf(sid)
    const known = waiting.get(key)
    if (known) return known.promise
    if (waiting.size === 0) setImmediate(leave)
    const waiter = waiterFor(sid)
    waiting.set(key, waiter)
    return waiter.promise
  }
}

function waiterFor(sid: Buffer): Waiter {
  let resolve!: Waiter['resolve']
  let reject!: Waiter['reject']
  const promise = new Promise<SessionRow | undefined>((onRow, onError) => {
    resolve = onRow
    reject = onError
  })
  return { sid, promise, resolve, reject }
}

const keyOf = (sid: Buffer) => sid.toString('latin1')
