import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { HttpVisitor } from '../support/http-visitor.ts'
import { installBeside, PageProgram } from './page-program.ts'

const WEEKS_MS = 30 * 24 * 60 * 60 * 1000
const MINUTE_MS = 60_000

/** A program of a page that runs for all tests of a suite. */
function runningProgram(...[page, ...others]: ConstructorParameters<typeof PageProgram>): {
  program: PageProgram
  address: string
} {
  const running = {} as { program: PageProgram; address: string }
  before(async () => {
    installBeside()
    running.program = new PageProgram(page, ...others)
    running.address = await running.program.start('app.ts')
  })
  after(() => running.program.end())
  return running
}

const PASSWORD = 'correct horse'

/** Hashes that cost little, the one that is there still less: what they cost is not tried here. */
const CHEAP: [string, string][] = [
  ['COST = 17', 'COST = 12'],
  [`'${PASSWORD}', 14`, `'${PASSWORD}', 10`],
]

describe('the program of docs/sign-in.md', () => {
  const running = runningProgram('sign-in', ['@fastify/rate-limit'], CHEAP)
  const signedIn = async (password = PASSWORD) => {
    const visitor = new HttpVisitor(running.address)
    const { status } = await visitor.post('/sign-in', { name: 'ada', password })
    assert.equal(status, 200)
    return visitor
  }

  test('compiles under strict rules', async () => {
    assert.equal(await running.program.complaints(), '')
  })

  test('answers a wrong name as it answers a wrong password, and begins no session', async () => {
    const visitor = new HttpVisitor(running.address)
    const answers = await Promise.all(
      ['ada', 'nobody'].map(async (name) => {
        const response = await visitor.post('/sign-in', { name, password: 'guessed' })
        return [response.status, await response.text()]
      }),
    )
    assert.equal(answers[0]![0], 401)
    assert.deepEqual(answers[0], answers[1])
    assert.equal(visitor.cookie, '')
  })

  test('gives a new id at a sign-in, and ends the session at a sign-out', async () => {
    const ada = await signedIn()
    const before = ada.copy()
    assert.equal((await ada.post('/sign-in', { name: 'ada', password: PASSWORD })).status, 200)
    assert.notEqual(ada.cookie, before.cookie)
    assert.equal((await before.post('/confirm', { password: PASSWORD })).status, 403)
    const copy = ada.copy()
    await ada.post('/sign-out')
    assert.equal(ada.cookie, '')
    assert.equal((await copy.post('/confirm', { password: PASSWORD })).status, 403)
  })

  test('ends all other sessions after a change of the password, and a copy of this one', async () => {
    const [ada, elsewhere] = [await signedIn(), await signedIn()]
    const copy = ada.copy()
    assert.equal((await ada.post('/password', { password: 'guessed', newPassword: 'other' })).status, 403)
    const change = await ada.post('/password', { password: PASSWORD, newPassword: 'battery staple' })
    assert.deepEqual([change.status, await change.json()], [200, { signedOutElsewhere: 1 }])
    for (const ended of [elsewhere, copy])
      assert.equal((await ended.post('/confirm', { password: 'battery staple' })).status, 403)
    assert.deepEqual(await (await ada.post('/confirm', { password: 'battery staple' })).json(), { confirmed: true })
    await ada.post('/password', { password: 'battery staple', newPassword: PASSWORD })
  })

  test('limits the attempts of a user who is signed in, whatever the password', async () => {
    const ada = await signedIn()
    for (let i = 0; i < 10; i++) await ada.post('/confirm', { password: 'guessed' })
    assert.equal((await ada.post('/confirm', { password: PASSWORD })).status, 403)
  })

  test('ends all sessions of an account that is deleted, after a sign-in of a moment ago, and of none without one', async () => {
    const visitor = new HttpVisitor(running.address)
    assert.equal((await visitor.send('POST', '/delete-account', {})).status, 403)
    const [ada, elsewhere] = [await signedIn(), await signedIn()]
    assert.equal((await ada.post('/delete-account')).status, 200)
    for (const ended of [ada, elsewhere]) assert.equal((await ended.post('/delete-account')).status, 403)
  })

  test('limits the attempts for one name, whatever the password', async () => {
    const visitor = new HttpVisitor(running.address)
    const statuses: number[] = []
    for (let i = 0; i < 11; i++) {
      const { status } = await visitor.post('/sign-in', { name: 'grace', password: 'guessed' })
      statuses.push(status)
    }
    assert.deepEqual(statuses.slice(0, 10), Array(10).fill(401))
    assert.deepEqual(statuses.slice(10), [429])
  })
})

describe('the program of docs/remember-me.md', () => {
  const running = runningProgram('remember-me')

  test('compiles under strict rules', async () => {
    assert.equal(await running.program.complaints(), '')
  })

  test('keeps the cookie of a user who is remembered for 30 days, and of others until the browser closes', async () => {
    const cookieOf = async (body: object) => {
      const response = await new HttpVisitor(running.address).post('/sign-in', { name: 'ada', ...body })
      return response.headers.getSetCookie()[0]!
    }
    assert.doesNotMatch(await cookieOf({}), /Expires|Max-Age/i)
    const [, date] = /Expires=([^;]+)/i.exec(await cookieOf({ remember: true }))!
    assert.ok(Math.abs(Date.parse(date!) - Date.now() - WEEKS_MS) < MINUTE_MS, date)
  })
})
