import assert from 'node:assert/strict'
import { once as nextEvent } from 'node:events'
import { after, afterEach, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { WebSocket } from 'ws'
import { websocketApp } from '../../examples/websocket/application.ts'
import { testClock } from '../../src/testing/index.ts'
import { createSqliteDatabase } from '../harness/sqlite-database.ts'
import type { TestDatabase } from '../harness/test-database.ts'
import { type FailingDatabase, failingDatabase } from '../support/failing-database.ts'
import { addressOf, HttpVisitor } from '../support/http-visitor.ts'
import { secret } from '../support/stores.ts'

const NEVER_MS = 1_000_000_000
const PATIENCE_MS = 10_000
const SOON_MS = 20

let database: TestDatabase
let failing: FailingDatabase
/** One instance that never asks the database by itself, and another that does so all the time. */
let app: FastifyInstance
let other: FastifyInstance
let address: string
let otherAddress: string

before(async () => {
  database = await createSqliteDatabase()
  failing = await failingDatabase(database)
  await failing.database.migrate()
  app = await websocketApp({ database: failing.database, secret, trim: false }, NEVER_MS)
  other = await websocketApp({ database: database.url, secret, trim: false }, SOON_MS)
  address = await addressOf(app)
  otherAddress = await addressOf(other)
})
after(async () => {
  await Promise.all([app.close(), other.close()])
  await failing.close()
  await database.drop()
})
afterEach(() => failing.failing.clear())

const once = (socket: WebSocket, event: string) =>
  nextEvent(socket, event, { signal: AbortSignal.timeout(PATIENCE_MS) })

async function signedIn(): Promise<HttpVisitor> {
  const visitor = new HttpVisitor(address)
  await visitor.post('/login')
  return visitor
}

function socketOf({ cookie }: HttpVisitor, at = address, origin = at): WebSocket {
  return new WebSocket(new URL('/draft', at), { headers: { cookie, origin } })
}

async function opened(visitor: HttpVisitor, at = address): Promise<WebSocket> {
  const socket = socketOf(visitor, at)
  await once(socket, 'open')
  return socket
}

async function say(socket: WebSocket, text: string): Promise<string> {
  const answer = once(socket, 'message')
  socket.send(text)
  const [data] = await answer
  return String(data)
}

const closeOf = async (socket: WebSocket) => (await once(socket, 'close'))[0] as number
const draftOf = async (visitor: HttpVisitor) => (await visitor.get('/draft.json')).json()

async function refusalOf(socket: WebSocket): Promise<number> {
  const [request, response] = await once(socket, 'unexpected-response')
  request.destroy()
  return response.statusCode
}

test('a socket is opened for somebody who is signed in, by a page of the same site, and for nobody else', async () => {
  assert.equal(await refusalOf(socketOf(new HttpVisitor(address))), 401)
  const ada = await signedIn()
  assert.equal(await refusalOf(socketOf(ada, address, 'https://evil.example')), 403)
  const socket = await opened(ada)
  socket.close()
  assert.equal(await closeOf(socket), 1005)
})

test('what a socket says is kept in the session, beside what requests change there meanwhile', async () => {
  const ada = await signedIn()
  const socket = await opened(ada)
  assert.equal(await say(socket, 'Dear Grace'), 'kept 10 characters')
  assert.deepEqual(await draftOf(ada), { userId: 'ada', draft: 'Dear Grace' })
  const there = await opened(ada, otherAddress)
  assert.equal(await say(there, 'Dear'), 'kept 4 characters')
  assert.deepEqual(await draftOf(ada), { userId: 'ada', draft: 'Dear' })
  for (const each of [socket, there]) each.close()
})

test('signing out closes the sockets of the session at once, and of no other', async () => {
  const [ada, elsewhere] = [await signedIn(), await signedIn()]
  const [first, second, kept] = [await opened(ada), await opened(ada), await opened(elsewhere)]
  const closed = Promise.all([closeOf(first), closeOf(second)])
  await ada.post('/logout')
  assert.deepEqual(await closed, [4401, 4401])
  assert.equal(await say(kept, 'here'), 'kept 4 characters')
  kept.close()
})

test('revoking sessions closes their sockets in the same process at once, and in others soon', async () => {
  const ada = await signedIn()
  const here = await opened(ada)
  const there = await opened(ada, otherAddress)
  const closed = Promise.all([closeOf(here), closeOf(there)])
  await app.storedSession.revoke({ user: 'ada' })
  assert.deepEqual(await closed, [4401, 4401])
  assert.equal(await refusalOf(socketOf(ada)), 401)
})

test('what a socket says after its session was revoked elsewhere is not kept, and revives nothing', async () => {
  const ada = await signedIn()
  const socket = await opened(ada)
  await other.storedSession.revoke({ user: 'ada' })
  const closed = closeOf(socket)
  socket.send('too late')
  assert.equal(await closed, 4401)
  assert.deepEqual(await draftOf(ada), {})
})

test('a socket that says nothing ends with the idle timeout of its session, however often it is looked after', async () => {
  const clock = testClock()
  try {
    const ada = await signedIn()
    const socket = await opened(ada, otherAddress)
    clock.advance('90m')
    assert.equal(await say(socket, 'still here'), 'kept 10 characters')
    clock.advance('90m')
    assert.equal(await say(socket, 'and here'), 'kept 8 characters')
    const closed = closeOf(socket)
    clock.advance('3h')
    assert.equal(await closed, 4401)
    assert.deepEqual(await draftOf(ada), {})
  } finally {
    clock.restore()
  }
})

test('while the database is away a socket is asked to come back, and nobody is signed out', async () => {
  const ada = await signedIn()
  const socket = await opened(ada)
  failing.failing.add('read')
  const closed = closeOf(socket)
  socket.send('not kept')
  assert.equal(await closed, 1013)
  failing.failing.clear()
  const again = await opened(ada)
  assert.equal(await say(again, 'kept'), 'kept 4 characters')
  again.close()
})
