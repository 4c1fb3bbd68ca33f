import type { NewRow, RowEnd, SessionDatabase } from '../src/index.ts'

/** What an ended row has left, unless the end names a binding. */
const ENDED = { data: Buffer.alloc(0), userId: null, keyId: null, metadata: null, binding: null }
const keyOf = (sid: Buffer) => sid.toString('latin1')

/** Whether a row is a session that nobody has ended. */
const isSession = ({ endedAt }: NewRow) => endedAt === null
/** The same, or a row that is about to become one. */
const isUnended = (row: NewRow) => isSession(row) || row.endReason === 'rotating'
/** Whether a row holds what is or should be sealed. */
const isSealable = (row: NewRow) => isSession(row) || row.keyId !== null

/**
 * A storage of one's own, for `database`: here a Map, which one process has for itself and loses when it ends. What makes
 * it one is that every method looks and writes in one step, that nothing can come between. With a database of your own
 * that is one statement, a compare-and-set or a transaction.
 */
export function memoryStorage(): SessionDatabase {
  const rows = new Map<string, NewRow>()

  const all = (isWanted: (row: NewRow) => boolean) => [...rows.values()].filter(isWanted)

  /** The row with this key, in this version, if it is what is wanted. */
  function find(sid: Buffer, version: number, isWanted: (row: NewRow) => boolean): NewRow | undefined {
    const row = rows.get(keyOf(sid))
    return row?.version === version && isWanted(row) ? row : undefined
  }

  /** Puts a new row in place of one, which stays as it is for who has read it. */
  function put(row: NewRow | undefined, changes: Partial<NewRow>): boolean {
    if (row) rows.set(keyOf(row.sid), { ...row, ...changes })
    return row !== undefined
  }

  const end = (row: NewRow, marks: RowEnd) => put(row, { ...ENDED, ...marks, version: row.version + 1 })

  return {
    dialect: 'sqlite',
    table: 'memory',
    read: async (sids) => sids.flatMap((sid) => rows.get(keyOf(sid)) ?? []),
    async insert(row) {
      const isFree = !rows.has(keyOf(row.sid))
      if (isFree) rows.set(keyOf(row.sid), row)
      return isFree
    },
    async update({ now, version, ...changes }) {
      const row = find(changes.sid, version, isSession)
      return put(row && row.expiresAt > now ? row : undefined, { ...changes, version: version + 1 })
    },
    async touch(touches) {
      for (const { sid, version, ...times } of touches) {
        const row = find(sid, version, isSession)
        const isLater = row && row.expiresAt > times.touchedAt && row.touchedAt < times.touchedAt
        if (isLater) put(row, times)
      }
    },
    async end(sid, marks) {
      const row = rows.get(keyOf(sid))
      return row !== undefined && isUnended(row) && end(row, marks)
    },
    async replace({ now, version, ...changes }) {
      const isReplaceable = (row: NewRow) =>
        isSession(row) ? row.expiresAt > now : row.endReason === null || row.endReason === 'rotating'
      return put(find(changes.sid, version, isReplaceable), { ...changes, version: version + 1 })
    },
    async endUser(userId, marks) {
      const theirs = all((row) => isUnended(row) && row.userId === userId)
      for (const row of theirs) end(row, marks)
      return theirs.length
    },
    async countByKey() {
      const counts = new Map<number | null, number>()
      for (const { keyId } of all(isSealable)) counts.set(keyId, (counts.get(keyId) ?? 0) + 1)
      return [...counts].map(([keyId, count]) => ({ keyId, rows: count }))
    },
    async sealedByOthers(keyId, after, limit) {
      const others = all((row) => isSealable(row) && row.keyId !== keyId && Buffer.compare(row.sid, after) > 0)
      return others.sort((one, other) => Buffer.compare(one.sid, other.sid)).slice(0, limit)
    },
    reseal: async ({ version, ...changes }) =>
      put(find(changes.sid, version, isSealable), { ...changes, version: version + 1 }),
    async trim(before, limit) {
      const due = all(({ trimAt }) => trimAt <= before).slice(0, limit)
      for (const { sid } of due) rows.delete(keyOf(sid))
      return due.length
    },
    check: async () => {},
    migrate: async () => {},
    close: async () => {},
  }
}
