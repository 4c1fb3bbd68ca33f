import type { NewRow, SessionDatabase } from '../src/index.ts'

const EMPTY = Buffer.alloc(0)
const keyOf = (sid: Buffer) => sid.toString('latin1')

/**
 * A storage of one's own, for `database`: here a Map, which one process has for itself and loses when it ends. What makes
 * it one is that every method looks and writes in one step, that nothing can come between. With a database of your own
 * that is one statement, a compare-and-set or a transaction.
 */
export function memoryStorage(): SessionDatabase {
  const rows = new Map<string, NewRow>()

  const unended = () => [...rows.values()].filter(({ endedAt }) => endedAt === null)

  /** The row with this key that has not ended, in this version where one is named. */
  function find(sid: Buffer, version?: number): NewRow | undefined {
    const row = rows.get(keyOf(sid))
    return row?.endedAt === null && (version ?? row.version) === row.version ? row : undefined
  }

  /** Puts a new row in place of one, which stays as it is for who has read it. */
  function replace(row: NewRow | undefined, changes: Partial<NewRow>): boolean {
    if (row) rows.set(keyOf(row.sid), { ...row, ...changes })
    return row !== undefined
  }

  function endRow(
    row: NewRow | undefined,
    end: Pick<NewRow, 'endedAt' | 'endReason' | 'trimAt'>,
    data: Buffer = EMPTY,
  ) {
    return replace(row, { ...end, data, version: (row?.version ?? 0) + 1, userId: null, keyId: null })
  }

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
      const row = find(changes.sid, version)
      return replace(row && row.expiresAt > now ? row : undefined, { ...changes, version: version + 1 })
    },
    async touch(touches) {
      for (const { sid, version, ...times } of touches) {
        const row = find(sid, version)
        const isLater = row && row.expiresAt > times.touchedAt && row.touchedAt < times.touchedAt
        if (isLater) replace(row, times)
      }
    },
    end: async (sid, end) => endRow(find(sid), end),
    async replace({ sid, version, data, ...end }) {
      const row = rows.get(keyOf(sid))
      const isAlive = row?.endedAt === null && row.expiresAt > end.endedAt
      const isNoSession = row && row.endedAt !== null && row.endReason === null
      return endRow(row?.version === version && (isAlive || isNoSession) ? row : undefined, end, data)
    },
    async endUser(userId, end) {
      const theirs = unended().filter((row) => row.userId === userId)
      for (const row of theirs) endRow(row, end)
      return theirs.length
    },
    async countByKey() {
      const counts = new Map<number | null, number>()
      for (const { keyId } of unended()) counts.set(keyId, (counts.get(keyId) ?? 0) + 1)
      return [...counts].map(([keyId, count]) => ({ keyId, rows: count }))
    },
    async sealedByOthers(keyId, after, limit) {
      const others = unended().filter((row) => row.keyId !== keyId && Buffer.compare(row.sid, after) > 0)
      return others.sort((one, other) => Buffer.compare(one.sid, other.sid)).slice(0, limit)
    },
    reseal: async ({ version, ...changes }) =>
      replace(find(changes.sid, version), { ...changes, version: version + 1 }),
    async trim(before, limit) {
      const due = [...rows.values()].filter(({ trimAt }) => trimAt <= before).slice(0, limit)
      for (const { sid } of due) rows.delete(keyOf(sid))
      return due.length
    },
    check: async () => {},
    migrate: async () => {},
    close: async () => {},
  }
}
