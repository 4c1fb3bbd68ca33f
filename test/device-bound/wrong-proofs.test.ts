import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { before, test } from 'node:test'
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { addRotateRoute } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { userIdOf } from '../support/user-id.ts'
import { BoundBrowser, DeviceKey, offerIn } from './device.ts'

const MINUTE = 60_000
const SECOND = 1_000

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const withPart = (proof: string, index: number, text: string) => proof.split('.').with(index, text).join('.')

/** Proofs by the right key for the right challenge that are none all the same. */
const MALFORMED: Record<string, (proof: string, key: DeviceKey) => string> = {
  'no text': () => '',
  'one part': (proof) => proof.split('.')[0]!,
  'four parts': (proof) => `${proof}.AAAA`,
  'other characters': (proof) => withPart(proof, 2, '!!!!'),
  'a header that is no JSON': (proof) => withPart(proof, 0, Buffer.from('{').toString('base64url')),
  'a header that is null': (proof) => withPart(proof, 0, part(null)),
  'a payload that is a list': (proof) => withPart(proof, 1, part([])),
  '64 KB': (proof) => withPart(proof, 1, part({ jti: 'x'.repeat(64 * 1024) })),
  '64 KB of dots': () => '.'.repeat(64 * 1024),
}

/** The same, well-formed, and signed as it says. */
const DISHONEST: Record<string, (challenge: string, key: DeviceKey) => string> = {
  'no algorithm': (challenge, key) => withPart(key.registration(challenge, { alg: 'none' }), 2, 'AAAA'),
  'an algorithm of shared secrets, with the public key as the secret': (challenge, { jwk }) => {
    const signed = `${part({ alg: 'HS256', typ: 'dbsc+jwt', jwk })}.${part({ jti: challenge })}`
    return `${signed}.${createHmac('sha256', JSON.stringify(jwk)).update(signed).digest('base64url')}`
  },
  'the name of another algorithm': (challenge, key) => key.registration(challenge, { alg: 'RS256' }),
  'another type': (challenge, key) => key.registration(challenge, { typ: 'JWT' }),
  'a number as the challenge': (challenge, key) => key.proof(challenge, { jwk: key.jwk }, { jti: 1 }),
  'no challenge': (challenge, key) => key.proof(challenge, { jwk: key.jwk }, { jti: undefined }),
  'a signature of something else': (challenge, key) =>
    withPart(key.registration(challenge), 2, key.registration('other').split('.')[2]!),
  'a changed payload': (challenge, key) =>
    withPart(key.registration(challenge), 1, part({ jti: challenge, more: true })),
  'half a signature': (challenge, key) => key.registration(challenge).slice(0, -43),
}

const KEYLESS: Record<string, object> = {
  'no key': { jwk: undefined },
  'a key that is text': { jwk: 'key' },
  'a symmetric key': { jwk: { kty: 'oct', k: 'AAAA' } },
  'the key of another curve': { jwk: { kty: 'EC', crv: 'P-384', x: 'AAAA', y: 'AAAA' } },
  'a point that is not on the curve': {
    jwk: {
      kty: 'EC',
      crv: 'P-256',
      x: Buffer.alloc(32, 1).toString('base64url'),
      y: Buffer.alloc(32, 1).toString('base64url'),
    },
  },
  'a short RSA key': { alg: 'RS256', jwk: { kty: 'RSA', n: Buffer.alloc(128, 255).toString('base64url'), e: 'AQAB' } },
  'a huge exponent': {
    alg: 'RS256',
    jwk: {
      kty: 'RSA',
      n: Buffer.alloc(256, 255).toString('base64url'),
      e: Buffer.alloc(200, 255).toString('base64url'),
    },
  },
}

forEachDatabase((target) => {
  const suite = appSuite(target, { now: Date.UTC(2026, 5, 1) })
  let app: FastifyInstance
  /** Failures of one address are limited, and each test has its own. */
  let address = 0

  before(async () => {
    app = await suite.open({
      options: { deviceBound: true, user: userIdOf },
      routes: addRotateRoute,
      server: { trustProxy: true },
    })
  })

  const elsewhere = () => ({ 'x-forwarded-for': `192.0.2.${++address}` })

  async function assertRefused(response: Response | Promise<Response>, what: string): Promise<void> {
    const { statusCode, headers, body } = await response
    assert.deepEqual([statusCode, JSON.parse(body).code], [400, 'FST_STORED_SESSION_INVALID_PROOF'], what)
    assert.equal(headers['set-cookie'], undefined, what)
  }

  const register = (browser: BoundBrowser, proof: string) => browser.prove(browser.offer!.path, proof, elsewhere())
  const refresh = (browser: BoundBrowser, proof: string) => {
    const { refresh_url, session_identifier } = browser.instructions!
    return browser.prove(refresh_url, proof, { 'sec-secure-session-id': session_identifier, ...elsewhere() })
  }

  async function offered(): Promise<BoundBrowser> {
    const browser = new BoundBrowser(app)
    await browser.signIn()
    return browser
  }

  test('a registration with a wrong proof is refused, and the right one works afterwards', async () => {
    const browser = await offered()
    const { challenge } = browser.offer!
    const { key } = browser
    for (const [what, change] of Object.entries(MALFORMED))
      await assertRefused(register(browser, change(key.registration(challenge), key)), what)
    for (const [what, make] of Object.entries(DISHONEST))
      await assertRefused(register(browser, make(challenge, key)), what)
    for (const [what, header] of Object.entries(KEYLESS))
      await assertRefused(register(browser, key.proof(challenge, { jwk: key.jwk, ...header })), what)
    const other = await offered()
    await assertRefused(register(browser, key.registration(other.offer!.challenge)), 'the challenge of another session')
    await assertRefused(register(browser, key.registration('x'.repeat(56))), 'a challenge of nobody')
    assert.equal((await browser.register()).statusCode, 200)
  })

  test('a registration is refused without the cookie, with an old challenge, and after the end', async () => {
    const browser = await offered()
    const { path, challenge } = browser.offer!
    const proof = browser.key.registration(challenge)
    await assertRefused(browser.proveApart(path, proof, elsewhere()), 'no cookie')
    suite.pass(2 * MINUTE + 1)
    await assertRefused(register(browser, proof), 'an old challenge')
    const ended = await offered()
    const stolen = ended.stolen()
    await ended.post('/logout')
    const headers = { 'secure-session-response': ended.key.registration(ended.offer!.challenge), ...elsewhere() }
    await assertRefused(stolen.send({ method: 'POST', url: path, headers }), 'a session that has ended')
  })

  test('a second device never takes the place of the first, and the first may ask again', async () => {
    const browser = await BoundBrowser.signedIn(app)
    const { challenge } = browser.offer!
    await assertRefused(register(browser, new DeviceKey().registration(challenge)), 'another device')
    const again = await register(browser, browser.key.registration(challenge))
    assert.deepEqual([again.statusCode, again.json()], [200, browser.instructions])
    assert.equal((await browser.refresh()).statusCode, 200)
  })

  for (const algorithm of ['ES256', 'RS256'] as const) {
    test(`a refresh with a wrong proof is refused, and the right one works afterwards: ${algorithm}`, async () => {
      const browser = await BoundBrowser.signedIn(app, new DeviceKey(algorithm))
      const { key } = browser
      const challenge = await browser.challenge()
      for (const [what, change] of Object.entries(MALFORMED))
        await assertRefused(refresh(browser, change(key.proof(challenge), key)), what)
      for (const [what, make] of Object.entries(DISHONEST)) {
        if (what === 'the name of another algorithm' && algorithm === 'RS256') continue
        await assertRefused(refresh(browser, make(challenge, key)), what)
      }
      for (const other of ['ES256', 'RS256'] as const) {
        const stranger = new DeviceKey(other)
        await assertRefused(refresh(browser, stranger.proof(challenge)), `another key of ${other}`)
        await assertRefused(refresh(browser, stranger.registration(challenge)), `another key of ${other} that it names`)
      }
      assert.equal((await browser.refreshWith(key.proof(challenge))).statusCode, 200)
    })
  }

  test('a proof counts for its challenge, its session and its time alone; otherwise the browser gets another', async () => {
    const [browser, other] = [await BoundBrowser.signedIn(app), await BoundBrowser.signedIn(app)]
    const { key } = browser
    const assertChallenged = async (proof: string, what: string) => {
      const response = await refresh(browser, proof)
      assert.equal(response.statusCode, 403, what)
      assert.equal(response.headers['set-cookie'], undefined, what)
      assert.ok(response.headers['secure-session-challenge'], what)
    }
    await assertChallenged(key.proof(await other.challenge()), 'the challenge of another session')
    await assertChallenged(key.proof(browser.offer!.challenge), 'the challenge of a registration')
    await assertChallenged(key.proof('x'.repeat(56)), 'the challenge of nobody')
    const { deviceCookie } = browser
    await assertChallenged(key.proof(browser.cookies()[deviceCookie]!), 'the cookie as a challenge')
    const proof = key.proof(await browser.challenge())
    const old = key.proof(await browser.challenge())
    // Several tabs send one proof.
    for (let tab = 0; tab < 3; tab++) assert.equal((await refresh(browser, proof)).statusCode, 200)
    suite.pass(11 * SECOND)
    await assertChallenged(proof, 'a copy of a proof')
    suite.pass(MINUTE)
    await assertChallenged(old, 'an old challenge')
    assert.equal((await browser.refresh()).statusCode, 200)
  })

  test('a challenge as the cookie opens nothing, nor the cookie of another device', async () => {
    const [browser, other] = [await BoundBrowser.signedIn(app), await BoundBrowser.signedIn(app)]
    const values = [await browser.challenge(), browser.offer!.challenge, other.cookies()[other.deviceCookie]!, 'x', '']
    for (const value of values) {
      const thief = browser.stolen('sessionId')
      thief.setCookie(browser.deviceCookie, value)
      assert.equal((await thief.get('/me')).json().endReason, 'unproven')
    }
  })

  test('a refresh names a session, in either form of a header', async () => {
    const browser = await BoundBrowser.signedIn(app)
    const { refresh_url, session_identifier: name } = browser.instructions!
    for (const header of ['', 'x', `${name}x`, `"${name}`, '"', name.slice(1)]) {
      const headers: Record<string, string> = header ? { 'sec-secure-session-id': header } : {}
      await assertRefused(browser.prove(refresh_url, undefined, { ...headers, ...elsewhere() }), header)
    }
    for (const header of [name, `"${name}"`])
      assert.equal((await browser.prove(refresh_url, undefined, { 'sec-secure-session-id': header })).statusCode, 403)
  })

  test('too many failures of one address are a 429, which browsers survive, and others notice nothing', async () => {
    const browser = await BoundBrowser.signedIn(app)
    const challenge = await browser.challenge()
    const { refresh_url, session_identifier } = browser.instructions!
    const headers = { 'sec-secure-session-id': session_identifier, 'x-forwarded-for': '198.51.100.1' }
    const stranger = new DeviceKey()
    const statuses: number[] = []
    for (let n = 0; n < 22; n++)
      statuses.push((await browser.prove(refresh_url, stranger.proof(challenge), headers)).statusCode)
    assert.deepEqual(statuses, [...Array(20).fill(400), 429, 429])
    assert.equal((await refresh(browser, browser.key.proof(challenge))).statusCode, 200)
    suite.pass(MINUTE)
    assert.equal((await browser.prove(refresh_url, undefined, headers)).statusCode, 403)
  })

  test('a body that is sent along is not read', async () => {
    const browser = await BoundBrowser.signedIn(app)
    const { refresh_url, session_identifier } = browser.instructions!
    const send = (payload: string, type: string) =>
      browser.send({
        method: 'POST',
        url: refresh_url,
        payload,
        headers: { 'sec-secure-session-id': session_identifier, 'content-type': type },
      })
    for (const type of ['application/json', 'text/plain', 'x/y'])
      for (const body of ['{', 'x'.repeat(2_000_000)]) assert.equal((await send(body, type)).statusCode, 403)
  })

  test('a sign-in of another browser is offered a registration of its own', async () => {
    const [one, other] = [await offered(), await offered()]
    assert.notEqual(one.offer!.challenge, other.offer!.challenge)
    assert.ok(offerIn(await one.post('/login')))
  })
})
