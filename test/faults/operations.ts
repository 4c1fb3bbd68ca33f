import assert from 'node:assert/strict'
import type { LightMyRequestResponse as Response } from 'fastify'
import { cookieLines } from '../support/app.ts'
import { load, type TestSession, touch } from '../support/sessions.ts'
import { signIn, type Visitor } from '../support/visitor.ts'
import type { Ground } from './ground.ts'

export const operationNames = ['get', 'set', 'touch', 'destroy', 'trim'] as const
export type OperationName = (typeof operationNames)[number]

/** Whether it was done, or refused with a 503 that leaves the cookie alone. */
export type Outcome = 'done' | '503'

/** One operation of a visitor of its own, prepared before the fault. */
export interface Operation {
  readonly name: OperationName
  attempt(): Promise<Outcome>
  /** Looks at the session when the fault is over: what was acknowledged is there, and nobody was logged out. */
  verify(outcome: Outcome): Promise<void>
}

const PLAIN =
  /^(The session store is not available at the moment|Too many requests are waiting for the session store|The session was not regenerated)/

/** Prepares all operations. */
export async function prepared(ground: Ground): Promise<Operation[]> {
  return Promise.all([get(ground), set(ground), touching(ground), destroy(ground), trim(ground)])
}

async function get({ app }: Ground): Promise<Operation> {
  const visitor = await signIn(app)
  const look = () => app.inject({ url: '/me', cookies: { sessionId: visitor.sessionId } })
  return {
    name: 'get',
    async attempt() {
      const response = await look()
      if (response.statusCode === 200) assert.deepEqual(response.json(), { userId: 'ada' })
      return outcomeOf(response)
    },
    verify: () => isKnown(visitor),
  }
}

/** Takes more room than a row has left in its place. */
const LONG_NOTE = 'x'.repeat(20_000)

async function set({ app }: Ground): Promise<Operation> {
  const visitor = await signIn(app)
  return {
    name: 'set',
    attempt: async () => outcomeOf(await visitor.post('/change', { n: 1, note: LONG_NOTE })),
    async verify(outcome) {
      const { userId, n } = await visitor.me()
      assert.equal(userId, 'ada')
      // A write that got no answer may have been done.
      if (outcome === 'done' || n !== undefined) assert.equal(n, 1)
      assert.equal(outcomeOf(await visitor.post('/change', { n: 2 })), 'done')
      assert.deepEqual(await visitor.me(), { userId: 'ada', n: 2 })
    },
  }
}

async function touching({ app, store }: Ground): Promise<Operation> {
  const visitor = await signIn(app)
  const session = (await load(store, visitor.id)) as TestSession
  return {
    name: 'touch',
    attempt: () => touch(store, visitor.id, session).then(() => 'done', refused),
    verify: () => isKnown(visitor),
  }
}

async function destroy({ app }: Ground): Promise<Operation> {
  const visitor = await signIn(app)
  return {
    name: 'destroy',
    attempt: async () => outcomeOf(await visitor.post('/logout')),
    async verify(outcome) {
      const { userId, endReason } = await visitor.me()
      if (outcome === 'done' || userId === undefined) assert.deepEqual([userId, endReason], [undefined, 'destroyed'])
      else assert.equal(userId, 'ada')
    },
  }
}

async function trim({ app }: Ground): Promise<Operation> {
  const visitor = await signIn(app)
  return {
    name: 'trim',
    attempt: () => app.storedSession.trim().then(() => 'done', refused),
    verify: () => isKnown(visitor),
  }
}

async function isKnown(visitor: Visitor): Promise<void> {
  assert.deepEqual(await visitor.me(), { userId: 'ada' })
}

function outcomeOf(response: Response): Outcome {
  if (response.statusCode === 200) return 'done'
  const { statusCode, message } = response.json()
  assert.equal(statusCode, 503, response.body)
  assert.match(message, PLAIN)
  assert.equal(response.headers['retry-after'], '2')
  assert.deepEqual(cookieLines(response), [])
  return '503'
}

function refused(error: Error & { statusCode?: number }): Outcome {
  assert.equal(error.statusCode, 503, error.stack)
  assert.match(error.message, PLAIN)
  return '503'
}
