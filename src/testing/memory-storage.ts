import type { KeyCount, NewRow, SessionDatabase, SessionEventRows } from '../database/contract/session-database.ts'
import type { KeyRow, SessionKeys } from '../database/contract/stored-keys.ts'
import { memoryEvents } from './memory-events.ts'
import { memoryListing } from './memory-listing.ts'
import { bySid, isLasting, isSealable, isUnended, MemoryRows } from './memory-rows.ts'

/**
 * A storage in the memory of the process, for tests without a database or driver: use it as the `database` of an
 * application. It has all features of the databases, also lists and keys, and disappears with the process. Applications
 * with the same storage share its sessions, like several instances with one database.
 *
 * @example
 * ```ts
 * const database = memoryStorage()
 * await app.register(storedSession, { database, secret })
 * ```
 */
export function memoryStorage(): SessionDatabase {
  const rows = new MemoryRows()
  const history = memoryEvents()
  return {
    dialect: 'sqlite',
    table: 'memory',
    keys: memoryKeys(rows, history),
    listing: memoryListing(rows),
    history,
    read: async (sids) => sids.flatMap((sid) => rows.get(sid) ?? []),
    async insert(row) {
      const isFree = !rows.get(row.sid)
      if (isFree) rows.add(row)
      return isFree
    },
    async update({ now, version, ...changes }) {
      const row = rows.versionOf(changes.sid, version, isLasting)
      return rows.change(row && row.expiresAt > now ? row : undefined, { ...changes, version: version + 1 })
    },
    async touch(touches) {
      for (const { sid, version, ...times } of touches) {
        const row = rows.versionOf(sid, version, isLasting)
        if (row && row.expiresAt > times.touchedAt && row.touchedAt < times.touchedAt) rows.change(row, times)
      }
    },
    async end(sid, end) {
      const row = rows.get(sid)
      return rows.end(row && isUnended(row) ? row : undefined, end)
    },
    async replace({ now, version, ...changes }) {
      const isReplaceable = ({ endedAt, endReason, expiresAt }: NewRow) =>
        endedAt === null ? expiresAt > now : endReason === null || endReason === 'rotating'
      const row = rows.versionOf(changes.sid, version, isReplaceable)
      return rows.change(row, { ...changes, version: version + 1 })
    },
    async endUser(userId, end) {
      const theirs = rows.all((row) => isUnended(row) && row.userId === userId)
      for (const row of theirs) rows.end(row, end)
      return theirs.length
    },
    countByKey: async () => countByKey(rows),
    async sealedByOthers(keyId, after, limit) {
      const others = rows.all((row) => isSealable(row) && row.keyId !== keyId && Buffer.compare(row.sid, after) > 0)
      return others.sort(bySid).slice(0, limit)
    },
    reseal: async ({ version, ...changes }) =>
      rows.change(rows.versionOf(changes.sid, version, isSealable), { ...changes, version: version + 1 }),
    async trim(before, limit) {
      const due = rows.all(({ trimAt }) => trimAt <= before).slice(0, limit)
      for (const row of due) rows.delete(row)
      return due.length
    },
    countDue: async (before, limit) => Math.min(rows.all(({ trimAt }) => trimAt <= before).length, limit),
    check: async () => {},
    migrate: async () => {},
    close: async () => {},
  }
}

function countByKey(rows: MemoryRows): KeyCount[] {
  const counts = new Map<number | null, number>()
  for (const { keyId } of rows.all(isSealable)) counts.set(keyId, (counts.get(keyId) ?? 0) + 1)
  return [...counts].map(([keyId, count]) => ({ keyId, rows: count }))
}

function memoryKeys(rows: MemoryRows, history: SessionEventRows): SessionKeys {
  const keys = new Map<number, KeyRow>()
  return {
    check: async () => {},
    read: async () => [...keys.values()],
    async insert(key) {
      const isFree = !keys.has(key.id)
      if (isFree) keys.set(key.id, key)
      return isFree
    },
    async deleteUnused(before) {
      const sealers = [...rows.all(isSealable), ...(await history.countByKey())]
      const used = new Set(sealers.map(({ keyId }) => keyId))
      const unused = [...keys.values()].filter(({ id, createdAt }) => createdAt < before && !used.has(id))
      for (const { id } of unused) keys.delete(id)
      return unused.length
    },
  }
}
