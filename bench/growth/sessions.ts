import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StoredSessionStore } from '../../src/index.ts'
import { secret } from '../stores.ts'

export type Session = Record<string, unknown>

/** Marks the users of sessions that are measured; everybody else is there to fill the table. */
export const PROBE = 'probe-'

/**
 * A store that changes rows only when it is told to: reads prolong nothing, and nothing trims in the background.
 *
 * @param dist - the folder of a built package to use instead of the sources
 */
export async function openStore(url: string, dist?: string): Promise<StoredSessionStore> {
  const Store: typeof StoredSessionStore = dist
    ? (await import(pathToFileURL(join(dist, 'index.js')).href)).StoredSessionStore
    : StoredSessionStore
  const user = (session: Session) => session.userId as string
  const store = new Store({
    database: url,
    secret,
    user,
    trim: false,
    migrate: true,
    rolling: false,
    idleTimeout: '30d',
  })
  // A save of a session that is gone succeeds and writes nothing: fast, and no measure.
  store.events.on('gone', () => {
    throw new Error('a session that is measured is gone')
  })
  await store.ready()
  return store
}

/** Stores a new session of some 250 bytes as JSON and returns its id. */
export async function saveProbe(store: StoredSessionStore, number: number): Promise<string> {
  const id = randomBytes(24).toString('base64url')
  await save(store, id, { userId: `${PROBE}${number}`, note: 'x'.repeat(200), visits: 0, cookie: {} })
  return id
}

export function read(store: StoredSessionStore, id: string): Promise<Session> {
  return new Promise((resolve, reject) =>
    store.get(id, (error, session) => {
      if (session) resolve(session)
      else reject(error ?? new Error('a session that is measured is not there'))
    }),
  )
}

/** Changes a session that was read, and stores it. */
export function change(store: StoredSessionStore, id: string, session: Session): Promise<void> {
  session.visits = Number(session.visits) + 1
  return save(store, id, session)
}

export const touch = (store: StoredSessionStore, id: string, session: Session) =>
  new Promise<void>((resolve, reject) => store.touch(id, session, (error) => (error ? reject(error) : resolve())))

const save = (store: StoredSessionStore, id: string, session: Session) =>
  new Promise<void>((resolve, reject) => store.set(id, session, (error) => (error ? reject(error) : resolve())))

/** The value that such a share of all values stays below. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
