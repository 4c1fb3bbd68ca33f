import { rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openSource } from '../../../src/importing/sources.ts'
import { StoredSessionStore } from '../../../src/index.ts'
import { temporaryFolder } from '../../harness/temporary-folder.ts'
import { loaded, newSession, save } from '../../support/sessions.ts'
import { newId, secret } from '../../support/stores.ts'
import { userIdOf } from '../../support/user-id.ts'
import { type Failure, failuresOf, type Produce } from './failure.ts'

/** Runs something with a store in memory. */
async function withStore<Result>(
  options: object,
  run: (store: StoredSessionStore) => Promise<Result>,
): Promise<Result> {
  const store = new StoredSessionStore({ database: 'sqlite::memory:', secret, trim: false, user: userIdOf, ...options })
  try {
    return await run(store)
  } finally {
    await store.close()
  }
}

const invalidCall: Produce = () =>
  withStore({}, (store) =>
    failuresOf(
      () => store.revoke({ user: undefined } as never),
      () => store.history({ user: 'ada' }),
    ),
  )

const invalidHandle: Produce = () =>
  withStore({}, (store) =>
    failuresOf(
      () => store.revoke({ handle: 'a cookie' }),
      () => store.handle({} as never),
      () => store.list({ cursor: 'MTIz' }),
    ),
  )

const tooLarge: Produce = () =>
  withStore({}, (store) => failuresOf(() => save(store, newId(), newSession({ report: 'x'.repeat(1_200_000) }))))

const tooMany: Produce = () =>
  withStore({ maxPerUser: 3, evict: 'refuse' }, async (store) => {
    for (let n = 0; n < 3; n++) await save(store, newId(), newSession({ userId: 'ada' }))
    return failuresOf(() => save(store, newId(), newSession({ userId: 'ada' })))
  })

class Stack extends Array {}

/** Lists inside each other. */
function nested(levels: number): unknown {
  return levels === 0 ? [] : [nested(levels - 1)]
}

function inItself(): Error {
  const error = new Error('in itself')
  error.cause = error
  return error
}

/** Sessions that cannot be stored, for each reason. */
const REFUSED: Record<string, unknown>[] = [
  { greet: () => 'hello' },
  { mark: Symbol('mark') },
  { marked: { [Symbol('mark')]: 1 } },
  { home: new URL('https://example.org') },
  { items: Stack.of(1) },
  { seen: Object.assign(new Map(), { total: 1 }) },
  { items: Object.assign([1], { total: 1 }) },
  { name: '\ud83d' },
  { list: nested(501) },
  { fault: inItself() },
  { save: 1 },
]

/** The same with the serializer json. */
const REFUSED_BY_JSON: Record<string, unknown>[] = [
  { count: 1n },
  { rate: Number.NaN },
  { list: [undefined] },
  { at: new Date() },
]

const refusals = (store: StoredSessionStore, contents: readonly object[]) =>
  failuresOf(...contents.map((content) => () => save(store, newId(), newSession({ ...content }))))

/** What the serializers refuse, each with its `reason`. */
export async function refusedValues(): Promise<{ msgpack: Failure[]; json: Failure[] }> {
  return {
    msgpack: await withStore({}, (store) => refusals(store, REFUSED)),
    json: await withStore({ serializer: 'json' }, (store) => refusals(store, REFUSED_BY_JSON)),
  }
}

const unstorable: Produce = () =>
  withStore({}, (store) =>
    failuresOf(
      () => save(store, newId(), newSession({ greet: () => 'hello' })),
      () => save(store, newId(), newSession({ n: 1 }, 9e15)),
    ),
  )

const mergeFailed: Produce = async () => {
  const throwing = () => {
    throw new Error('of the application')
  }
  const unstored = () => () => {}
  return withStore({ merge: { score: throwing, tags: unstored } }, (store) =>
    failuresOf(
      () => changeTwice(store, 'score'),
      () => changeTwice(store, 'tags'),
    ),
  )
}

/** Lets two requests change one key of a session at once. */
async function changeTwice(store: StoredSessionStore, key: string): Promise<void> {
  const id = newId()
  await save(store, id, newSession({ [key]: 1 }))
  const [one, other] = [await loaded(store, id), await loaded(store, id)]
  await save(store, id, Object.assign(one, { [key]: 2 }))
  await save(store, id, Object.assign(other, { [key]: 3 }))
}

const importSource: Produce = async () => {
  const folder = temporaryFolder('source')
  const url = join(folder, 'old.db')
  new Database(url).close()
  try {
    return await failuresOf(
      () => readAll('json', '/no/such/sessions.jsonl'),
      () => readAll('better-sqlite3-session-store', `sqlite:${url}`),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function readAll(name: string, url: string): Promise<void> {
  for await (const _ of openSource(name, { url }));
}

/** Errors of calls and of requests, beside those whose message is always the same. */
export const inUse: Record<string, Produce> = {
  FST_STORED_SESSION_INVALID_OPTIONS: invalidCall,
  FST_STORED_SESSION_INVALID_HANDLE: invalidHandle,
  FST_STORED_SESSION_TOO_LARGE: tooLarge,
  FST_STORED_SESSION_TOO_MANY: tooMany,
  FST_STORED_SESSION_UNSTORABLE: unstorable,
  FST_STORED_SESSION_MERGE_FAILED: mergeFailed,
  FST_STORED_SESSION_IMPORT_SOURCE: importSource,
}
