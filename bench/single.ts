/** One read at a time: our store beside a prepared SELECT by key through the same driver, in turns. */
import { createRequire } from 'node:module'
import { percentiles } from './client.ts'
import type { Place } from './servers.ts'
import { secret } from './stores.ts'

export interface SingleRead {
  /** Median microseconds. */
  raw: number
  ours: number
}

/** Until both are compiled: an application that serves is. */
const WARM_ROUNDS = 10
const ROUNDS = 20
const READS = 200

const require = createRequire(import.meta.url)
const dist = process.env.BENCH_DIST ?? new URL('../dist/', import.meta.url).href

type Select = (sid: Buffer) => unknown

export async function measureSingleReads(place: Place): Promise<SingleRead> {
  const { StoredSessionStore } = await import(new URL('index.js', dist).href)
  const store = new StoredSessionStore({ database: place.url, secret, trim: false, migrate: true })
  await store.ready()
  const id = 'an-id-of-the-length-that-ids-have'
  const session = { userId: 'user-1', note: 'x'.repeat(220), cookie: {} }
  await new Promise<void>((resolve, reject) =>
    store.set(id, session, (error: unknown) => (error ? reject(error) : resolve())),
  )
  const { createHash } = await import('node:crypto')
  const sid = createHash('sha256').update(id).digest()
  const { select, close } = await openRaw(place.url)
  const read = () =>
    new Promise<void>((resolve, reject) => store.get(id, (error: unknown) => (error ? reject(error) : resolve())))
  let times = { raw: [] as number[], ours: [] as number[] }
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    if (round === WARM_ROUNDS) times = { raw: [], ours: [] }
    await time(times.raw, () => select(sid))
    await time(times.ours, read)
  }
  await close()
  await store.close()
  return { raw: percentiles(times.raw).p50, ours: percentiles(times.ours).p50 }
}

async function time(into: number[], run: () => unknown): Promise<void> {
  for (let count = 0; count < READS; count++) {
    const began = performance.now()
    await run()
    into.push((performance.now() - began) * 1000)
  }
}

const columns = 'sid, data, version, created_at, touched_at, expires_at, ended_at, end_reason'

async function openRaw(url: string): Promise<{ select: Select; close(): unknown }> {
  if (url.startsWith('sqlite:')) {
    const client = new (require('better-sqlite3'))(url.slice('sqlite:'.length))
    const statement = client.prepare(`select ${columns} from stored_sessions where sid = ?`)
    return { select: (sid) => statement.get(sid), close: () => client.close() }
  }
  if (url.startsWith('postgres')) {
    const { default: postgres } = await import('postgres')
    const sql = postgres(url, { max: 10, onnotice: () => {} })
    const text = `select ${columns} from stored_sessions where sid = $1`
    return { select: (sid) => sql.unsafe(text, [sid], { prepare: true }), close: () => sql.end() }
  }
  const { createPool } = await import('mysql2/promise')
  const pool = createPool({ uri: url, connectionLimit: 10 })
  const text = `select ${columns} from stored_sessions where sid = ?`
  return { select: (sid) => pool.execute(text, [sid]), close: () => pool.end() }
}
