import assert from 'node:assert/strict'
import { StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import { contentOf, destroy, load, loaded, newSession, save, type TestSession, touch } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { until } from '../support/until.ts'

/** The statements that a request may send, and the connection that they need. */
export const statementNames = ['connect', 'read', 'insert', 'update', 'touch', 'end', 'trim'] as const
type StatementName = (typeof statementNames)[number]

/** What came of cutting the reply of a statement at many of its bytes. */
export interface CutReplies {
  readonly statement: StatementName
  /** Bytes of the whole reply. */
  readonly length: number
  /** How often it was cut, and how often the statement was taken for done all the same. */
  readonly cuts: number
  readonly done: number
  readonly longestMs: number
}

/** Bytes in a row are looked at in the long form, and a few of each reply in the short one. */
export type Offsets = (length: number) => number[]

export const everyByte: Offsets = (length) => Array.from({ length }, (_, offset) => offset)

const FEW = 8

/** The first and the last byte, and some between them that are others each time. */
export const someBytes: Offsets = (length) => {
  const between = Array.from({ length: FEW }, () => 1 + Math.floor(Math.random() * (length - 2)))
  return [...new Set([0, ...between, length - 1])]
}

const TIMEOUT_MS = 1_000

/** Cuts the reply of every statement at these offsets: whether it is done or refused, and what is stored, must agree. */
export async function cutReplies(database: TestDatabase, offsets: Offsets): Promise<CutReplies[]> {
  const proxy = await TcpProxy.open(database.url)
  const open = (migrate = false) =>
    new StoredSessionStore({ database: proxy.url, secret, migrate, trim: false, operationTimeout: TIMEOUT_MS })
  let store = open(true)
  await store.ready()
  const ground = { proxy, store: () => store, renew }
  try {
    const results: CutReplies[] = []
    for (const statement of statementNames) results.push(await cutStatement(ground, statement, offsets))
    return results
  } finally {
    await store.close()
    await proxy.close()
  }

  async function renew(): Promise<void> {
    await store.close()
    store = open()
  }
}

interface Ground {
  readonly proxy: TcpProxy
  store(): StoredSessionStore
  renew(): Promise<void>
}

async function cutStatement(ground: Ground, statement: StatementName, offsets: Offsets): Promise<CutReplies> {
  const { proxy } = ground
  const length = await lengthOfReply(ground, statement)
  const result = { statement, length, cuts: 0, done: 0, longestMs: 0 }
  for (const offset of offsets(length)) {
    const trial = await prepare(ground, statement)
    proxy.cutReplyBehind(offset)
    const begun = performance.now()
    const isDone = await trial.run().then(() => true, refused)
    result.longestMs = Math.max(result.longestMs, performance.now() - begun)
    proxy.heal()
    assert.ok(result.longestMs < 4 * TIMEOUT_MS, `${statement}, cut behind ${offset} of ${length} bytes`)
    await trial.verify(isDone)
    result.cuts++
    if (isDone) result.done++
  }
  return result
}

async function lengthOfReply(ground: Ground, statement: StatementName): Promise<number> {
  const trial = await prepare(ground, statement)
  let length = 0
  ground.proxy.onReply = (bytes, { client }) => {
    length += bytes.length
    client.write(bytes)
  }
  await trial.run()
  ground.proxy.heal()
  return length
}

interface Trial {
  run(): Promise<unknown>
  /** Whatever became of it: the session is there as before, or as the statement makes it. */
  verify(isDone: boolean): Promise<void>
}

/** Makes a session, and sends the statement once, so that its connection is open and knows it. */
async function prepare(ground: Ground, statement: StatementName): Promise<Trial> {
  if (statement === 'connect') await ground.renew()
  const store = ground.store()
  const [id, warming] = [newId(), newId()]
  const content = { user: 'ada' }
  if (statement === 'connect') return { run: () => load(store, id), verify: () => isOpen(store) }
  for (const each of [warming, id]) await save(store, each, newSession(content))
  const sessions = { [warming]: await loaded(store, warming), [id]: await loaded(store, id) }
  const fresh = newId()
  const run = { read, insert, update, touch: touches, end, trim: () => store.trim() }[statement]
  await run(warming)
  return { run: () => run(id), verify }

  async function read(of: string) {
    assert.deepEqual(contentOf(await loaded(store, of)), content)
  }

  function insert(of: string) {
    return save(store, of === id ? fresh : newId(), newSession(content))
  }

  function update(of: string) {
    return save(store, of, Object.assign(sessions[of] as TestSession, { n: 1 }))
  }

  function touches(of: string) {
    return touch(store, of, sessions[of] as TestSession)
  }

  function end(of: string) {
    return destroy(store, of)
  }

  async function verify(isDone: boolean): Promise<void> {
    const stored = await load(store, statement === 'insert' ? fresh : id)
    const found = stored && contentOf(stored)
    const changed = { insert: content, update: { user: 'ada', n: 1 }, end: null }
    const after = statement in changed ? changed[statement as keyof typeof changed] : content
    const before = statement === 'insert' ? null : content
    const allowed = isDone ? [after] : [before, after]
    assert.ok(
      allowed.some((one) => JSON.stringify(one) === JSON.stringify(found)),
      `${statement}: ${JSON.stringify(found)} is stored`,
    )
  }
}

// The attempt to open that was cut may still be under way.
const isOpen = (store: StoredSessionStore) => until('the store opens', async () => (await store.health()).ok)

function refused(error: { statusCode?: number }): false {
  assert.equal(error.statusCode, 503)
  return false
}
