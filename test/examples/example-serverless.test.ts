import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { migrated } from '../migrating/migrated.ts'
import { allRows } from '../support/rows.ts'
import { runScript } from '../support/script.ts'
import { secret } from '../support/stores.ts'

/** What the gateway gets from the handler, with the timers that wait when it has it. */
interface Answer {
  readonly statusCode: number
  readonly body: string
  readonly cookies?: string[]
  readonly timers: string[]
}

interface Told {
  readonly answers: Record<'signIn' | 'plain' | 'read' | 'signOut' | 'readAgain', Answer>
  readonly trims: { trimmed: number; stopped: string }[]
  /** What keeps the process from ending. */
  readonly resources: string[]
}

const CLIENT = '203.0.113.9'

/** Calls the handlers as the host does, one event after the other, and tells what came of it. */
const SCRIPT = `
  import { createHook } from 'node:async_hooks'

  const timers = new Map()
  createHook({
    init: (id, type) => type === 'Timeout' && timers.set(id, new Error().stack),
    destroy: (id) => timers.delete(id),
  }).enable()
  let ahead = 0
  const now = Date.now
  Date.now = () => now() + ahead

  const { handler, trim } = await import('./examples/serverless/handlers.ts')
  let cookies = []
  async function call(method, path, { body, protocol = 'https' } = {}) {
    // Whatever a client writes into x-forwarded-for stands before what the gateway adds.
    const headers = { 'x-forwarded-for': '6.6.6.6, ${CLIENT}', 'x-forwarded-proto': protocol }
    const response = await handler({
      version: '2.0',
      rawPath: path,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      requestContext: { http: { method, path, sourceIp: '${CLIENT}' }, stage: '$default' },
      isBase64Encoded: false,
      ...(cookies.length > 0 && { cookies }),
      ...(body && { body: JSON.stringify(body) }),
    }, {})
    // What was cleared is gone a moment later; what waits on purpose waits longer.
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    const waiting = [...timers.values()].flatMap((stack) => stack.match(/(?<=\\/src\\/).*\\.ts/) ?? [])
    if (response.cookies) cookies = response.cookies.map((line) => line.split(';')[0])
    return { ...response, timers: waiting }
  }

  const plain = await call('POST', '/login', { body: { name: 'eve' }, protocol: 'http' })
  const signIn = await call('POST', '/login', { body: { name: 'ada' } })
  ahead = 120_000
  const read = await call('GET', '/me')
  const kept = cookies
  const signOut = await call('POST', '/logout')
  cookies = kept
  const readAgain = await call('GET', '/me')
  const trims = [await trim()]
  ahead = 4 * 3_600_000
  trims.push(await trim())
  const resources = process.getActiveResourcesInfo()
  console.log(JSON.stringify({ answers: { plain, signIn, read, signOut, readAgain }, trims, resources }))
`

forEachDatabase((target) => {
  let database: TestDatabase
  let told: Told
  before(async () => {
    database = await migrated(target)
    const { code, output, errors } = await runScript(SCRIPT, { DATABASE_URL: database.url, SESSION_SECRET: secret })
    assert.deepEqual([code, errors], [0, ''])
    // Behind the log of the application.
    told = JSON.parse(output.trim().split('\n').at(-1)!)
  })
  after(() => database.drop())

  test('sessions go on from call to call, with a cookie for https alone, and end at once', () => {
    const { signIn, plain, read, signOut, readAgain } = told.answers
    assert.equal(signIn.statusCode, 200)
    assert.match(signIn.cookies![0]!, /^sessionId=.*; HttpOnly; Secure; SameSite=Lax$/)
    assert.equal(plain.cookies, undefined)
    assert.deepEqual(JSON.parse(read.body), { userId: 'ada', ip: CLIENT })
    assert.equal(signOut.statusCode, 200)
    assert.deepEqual([readAgain.statusCode, JSON.parse(readAgain.body)], [401, { ended: 'destroyed' }])
  })

  test('the scheduled call deletes what is over, and nothing else does', async () => {
    assert.deepEqual(told.trims, [
      { trimmed: 0, stopped: 'done' },
      // That which nobody has a cookie of, too.
      { trimmed: 2, stopped: 'done' },
    ])
    assert.deepEqual(await allRows(database), [])
  })

  test('nothing waits for later when a call is answered, and no timer keeps the process', () => {
    // This one renews the connections after 45 minutes, and as well later.
    const expected = target.dialect === 'pg' ? ['database/pg/renewing-client.ts'] : []
    for (const [name, { timers }] of Object.entries(told.answers)) assert.deepEqual(timers, expected, name)
    // The process has ended by itself, with the connections of its pool open.
    assert.ok(!told.resources.some((resource) => /Timeout|Immediate|Server/.test(resource)), told.resources.join())
  })
})
