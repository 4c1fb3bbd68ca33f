import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { sidOf } from '../../src/payload/session-id.ts'
import type { CallbackStore } from './protocol.ts'

/**
 * What most SQL stores do: SELECT, upsert of the whole session, DELETE. It keeps its rows through our database layer, so
 * that it differs from our store in nothing but its protocol.
 */
export function naiveStore(database: SessionDatabase): CallbackStore {
  const answer = (work: Promise<unknown>, callback: (error?: unknown, result?: never) => void) =>
    work.then(
      (result) => setImmediate(callback, null, result as never),
      (error) => setImmediate(callback, error),
    )
  return {
    get: (id, callback) => answer(find(database, id), callback),
    set: (id, session, callback) => answer(upsert(database, id, session), callback),
    destroy: (id, callback) => answer(remove(database, id), callback),
  }
}

async function find(database: SessionDatabase, id: string): Promise<unknown> {
  const [row] = await database.read([sidOf(id)])
  return row && row.endedAt === null ? JSON.parse(row.data.toString()) : null
}

async function upsert(database: SessionDatabase, id: string, session: object): Promise<void> {
  const sid = sidOf(id)
  const data = Buffer.from(JSON.stringify(session))
  const times = { createdAt: 1, touchedAt: 1, expiresAt: FAR, trimAt: FAR, keyId: 0, metadata: null, binding: null }
  for (;;) {
    const [row] = await database.read([sid])
    const isStored = row
      ? await database.update({ ...times, sid, data, version: row.version, now: 2, userId: null })
      : await database.insert({ ...times, sid, data, version: 1, userId: null, endedAt: null, endReason: null })
    if (isStored) return
  }
}

/** There is no DELETE in our layer: a row that is due at once is trimmed at once. */
async function remove(database: SessionDatabase, id: string): Promise<void> {
  await database.end(sidOf(id), { endedAt: 1, endReason: 'destroyed', trimAt: 1 })
  await database.trim(1, 100)
}

const FAR = 8e15
