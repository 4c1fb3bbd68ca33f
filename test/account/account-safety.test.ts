import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { databases } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { secret } from '../support/stores.ts'
import { accountRoutes, Member, PAGE, withDevices } from './account-app.ts'

describe('the page of devices refuses', () => {
  const suite = appSuite(databases[0]!)
  let app: FastifyInstance
  let phone: Member
  let laptop: Member
  before(async () => {
    app = await suite.open({ options: withDevices, routes: accountRoutes() })
    ;[laptop, phone] = [await Member.signIn(app, 'ada'), await Member.signIn(app, 'ada')]
  })

  const ACTIONS = ['sign-out', 'sign-out-others', 'sign-out-everywhere']
  const HOST = 'localhost:80'
  /** What each action says to a form and to JSON with these headers; nothing has ended afterwards. */
  async function statuses(headers: Record<string, string>, fields: Record<string, string> = {}): Promise<number[]> {
    const found: number[] = []
    for (const path of ACTIONS) {
      found.push((await laptop.submit(path, { handle: phone.handle, ...fields }, headers)).statusCode)
      if (Object.keys(fields).length > 0) continue
      found.push((await laptop.act(path, { handle: phone.handle }, headers)).statusCode)
    }
    assert.deepEqual([await laptop.isSignedIn(), await phone.isSignedIn()], [true, true])
    return [...new Set(found)]
  }

  test('actions from other sites: cross-site, a sibling subdomain, a sandboxed frame, another port', async () => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: `http://${HOST}` },
      { origin: 'https://evil.example' },
      { host: 'app.example', origin: 'https://blog.app.example' },
      { host: 'app.example', origin: 'https://app.example:8443' },
      { host: 'app.example', origin: 'https://app.example.evil.example' },
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '' },
      { host: 'app.example', origin: 'ftp://app.example' },
    ]
    for (const headers of foreign) assert.deepEqual(await statuses(headers), [403], JSON.stringify(headers))
  })

  test('forms without a token, with a wrong one, and with the token of another session', async () => {
    const other = await phone.token()
    const own = await laptop.token()
    assert.notEqual(other, own)
    for (const token of ['', 'x', other, `${own}x`, own.slice(1), own.toLowerCase()]) {
      assert.deepEqual(await statuses({ 'sec-fetch-site': 'same-origin' }, { token }), [403], token)
    }
  })

  test('bodies of other types, without a body, too large, and no JSON', async () => {
    const send = (type: string | undefined, payload: string) =>
      laptop.send({
        method: 'POST',
        url: `${PAGE}/sign-out-others`,
        payload,
        headers: type ? { 'content-type': type } : {},
      })
    assert.equal((await send('text/plain', '{}')).statusCode, 415)
    assert.equal((await send('multipart/form-data; boundary=x', '--x--')).statusCode, 415)
    assert.equal((await send(undefined, '')).statusCode, 403)
    assert.equal((await send('application/json', '{')).statusCode, 400)
    assert.equal((await send('application/json', JSON.stringify({ handle: 'x'.repeat(5_000) }))).statusCode, 413)
    assert.equal(await phone.isSignedIn(), true)
  })

  test('nothing from its own page, whatever port and scheme a proxy has', async () => {
    const own: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin', host: 'app.example', origin: 'https://app.example' },
      { host: 'app.example:443', origin: 'https://app.example' },
      { host: 'app.example:8080', origin: 'http://app.example:8080' },
      { host: '[::1]:3000', origin: 'http://[::1]:3000' },
    ]
    for (const headers of own) {
      const other = await Member.signIn(app, 'ada')
      assert.equal((await laptop.submit('sign-out', { handle: other.handle }, headers)).statusCode, 303)
      const next = await Member.signIn(app, 'ada')
      assert.equal((await laptop.act('sign-out', { handle: next.handle }, headers)).statusCode, 200)
    }
  })

  test('methods that change nothing elsewhere: GET and HEAD end no session', async () => {
    for (const path of ACTIONS) {
      await laptop.get(`${PAGE}/${path}?handle=${encodeURIComponent(phone.handle)}`)
      await laptop.send({ method: 'HEAD', url: `${PAGE}/${path}` })
    }
    assert.equal(await phone.isSignedIn(), true)
  })

  test('frames, scripts and caches, by the headers of every answer', async () => {
    const stranger = new Member(app)
    const answers = [
      await laptop.show(),
      await laptop.show({ accept: 'application/json' }),
      await laptop.show({}, '/sign-out-others'),
      await laptop.show({}, '/sign-out-everywhere'),
      await laptop.act('sign-out', { handle: 'none' }),
      await laptop.submit('sign-out', { handle: 'none' }),
      await laptop.submit('sign-out-others', { token: 'x' }),
      await laptop.act('sign-out', {}, { 'content-type': 'text/plain' }),
      await stranger.show(),
      await stranger.get(PAGE, { headers: { accept: 'application/json' } }),
    ]
    for (const { headers } of answers) {
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['x-frame-options'], 'DENY')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'same-origin')
      assert.match(
        String(headers['content-security-policy']),
        /^default-src 'none'; .*frame-ancestors 'none'; base-uri 'none'$/,
      )
    }
  })

  test('to show the id of a session, in any answer', async () => {
    const ids = [laptop, phone].flatMap(({ id }) => [id, encodeURIComponent(id)])
    const answers = [
      await laptop.show(),
      await laptop.show({ accept: 'application/json' }),
      await laptop.show({}, '/sign-out-others'),
    ]
    for (const { body } of answers) for (const id of ids) assert.ok(!body.includes(id))
    assert.equal((await app.inject({ url: '/me', cookies: { sessionId: phone.handle } })).json().userId, undefined)
  })

  test('text of others in its notices, and redirects to other sites', async () => {
    const words = [
      'one-1<b>',
      'others-7x',
      'call-5',
      '<script>',
      'everywhere-2',
      'this-1',
      'others-99999999',
      '__proto__-1',
    ]
    for (const done of words) {
      const { body } = await laptop.show({}, `?done=${encodeURIComponent(done)}`)
      assert.doesNotMatch(body, /class="notice"/, done)
    }
    assert.doesNotMatch((await laptop.show({}, '?done=one-1&done=one-1')).body, /class="notice"/)
    assert.match((await laptop.show({}, '?done=others-2')).body, /2 other devices were signed out/)
    for (const extra of ['?next=https://evil.example', '?done=//evil.example', '//evil.example']) {
      const { headers, statusCode } = await laptop.submit(`sign-out-others${extra}`)
      if (statusCode === 303) assert.match(String(headers.location), /^\/account\/sessions\?done=others-\d$/)
      else assert.equal(statusCode, 404)
    }
  })
})

describe('the page of devices on several processes', () => {
  const suite = appSuite(databases[0]!)

  test('accepts the token of a form that another process with another list of secrets made', async () => {
    const open = (secrets: string | string[]) =>
      suite.open({ options: { ...withDevices, secret: secrets }, routes: accountRoutes() })
    const [one, two] = [await open(secret), await open([secret.toUpperCase(), secret])]
    const laptop = await Member.signIn(one, 'ada')
    const elsewhere = new Member(two, laptop.cookies())
    assert.equal(await elsewhere.token(), await laptop.token())
    assert.equal((await elsewhere.submit('sign-out-others', { token: await laptop.token() })).statusCode, 303)
  })
})
