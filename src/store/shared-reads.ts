import type { SessionRow } from '../database/session-database.ts'
import { shared } from '../database/shared-statements.ts'
import { noteSharers } from '../database/sharers.ts'

/** Keys that one statement names at most. */
const LARGEST_BATCH = 256
const MOST_UNDER_WAY = 2

/** Reads of one turn of the event loop share one statement; those of one session share one row. */
export function sharedReads(
  read: (sids: readonly Buffer[]) => Promise<SessionRow[]>,
): (sid: Buffer) => Promise<SessionRow | undefined> {
  const waiting = new Map<string, Promise<SessionRow | undefined>>()
  const find = shared(findAll, { underWay: MOST_UNDER_WAY, takes: atMost(LARGEST_BATCH) })

  async function findAll(sids: readonly Buffer[]) {
    // What is asked for from now on must be read again.
    for (const sid of sids) waiting.delete(keyOf(sid))
    const rows = await read(sids)
    noteSharers(rows, sids.length)
    const byKey = new Map(rows.map((row) => [keyOf(row.sid), row]))
    return sids.map((sid) => byKey.get(keyOf(sid)))
  }

  return (sid) => {
    const key = keyOf(sid)
    const known = waiting.get(key)
    if (known) return known
    const found = find(sid)
    waiting.set(key, found)
    return found
  }
}

const atMost = (count: number) => () => {
  let taken = 0
  return () => ++taken <= count
}

const keyOf = (sid: Buffer) => sid.toString('latin1')
