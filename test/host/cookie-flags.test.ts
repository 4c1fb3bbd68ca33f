import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachHost, HTTPS, type SharedOptions, VALUE } from './hosts.ts'

const changing = (app: FastifyInstance) => {
  app.get('/', async ({ session }) => {
    session.set('changed' as never, true as never)
    return {}
  })
}

/** A cookie's options, how the request arrives, and the attributes of the line that the response has. */
type Case = [name: string, cookie: SharedOptions['cookie'], request: object, attributes: string | undefined]

const IN_A_WEEK = new Date(Date.now() + 7 * 86_400_000)

const CASES: Case[] = [
  ['is Secure and HttpOnly for the whole site by default', {}, HTTPS, 'Path=/; HttpOnly; Secure'],
  ['is not sent over http by default', {}, {}, undefined],
  ['is not sent over what a proxy calls http', {}, { headers: { 'x-forwarded-proto': 'http' } }, undefined],
  ['has a domain', { domain: 'localhost' }, HTTPS, 'Domain=localhost; Path=/; HttpOnly; Secure'],
  ['has SameSite=Strict for true', { sameSite: true }, HTTPS, 'Path=/; HttpOnly; Secure; SameSite=Strict'],
  ['has SameSite=Lax', { sameSite: 'lax' }, HTTPS, 'Path=/; HttpOnly; Secure; SameSite=Lax'],
  ['may be read by scripts when the application says so', { httpOnly: false }, HTTPS, 'Path=/; Secure'],
  ['goes over http when the application says so', { secure: false }, {}, 'Path=/; HttpOnly'],
  ['with secure: "auto" is Lax over http', { secure: 'auto' }, {}, 'Path=/; HttpOnly; SameSite=Lax'],
  ['with secure: "auto" is Secure over https', { secure: 'auto' }, HTTPS, 'Path=/; HttpOnly; Secure'],
  [
    'with secure: "auto" is Lax over http, whatever else was configured',
    { secure: 'auto', sameSite: 'none' },
    {},
    'Path=/; HttpOnly; SameSite=Lax',
  ],
  [
    'with secure: "auto" has the configured SameSite over https',
    { secure: 'auto', sameSite: 'none' },
    HTTPS,
    'Path=/; HttpOnly; Secure; SameSite=None',
  ],
  ['is partitioned', { secure: true, partitioned: true }, HTTPS, 'Path=/; HttpOnly; Secure; Partitioned'],
  [
    'has the date of expires',
    { expires: IN_A_WEEK },
    HTTPS,
    `Path=/; Expires=${IN_A_WEEK.toUTCString()}; HttpOnly; Secure`,
  ],
]

/** The date of a cookie, epoch milliseconds of a whole second. */
const dateOf = (line: unknown) => Date.parse(/Expires=([^;]+)/.exec(line as string)![1]!)

forEachHost(({ open }) => {
  for (const [name, cookie, request, attributes] of CASES) {
    test(`the cookie ${name}`, async () => {
      const app = await open({ options: { cookie: { ...cookie } }, routes: changing })
      const { statusCode, headers } = await app.inject({ url: '/', ...request })
      assert.equal(statusCode, 200)
      const line = headers['set-cookie'] as string | undefined
      assert.equal(line === undefined ? undefined : line.slice(line.indexOf('; ') + 2), attributes)
      if (line !== undefined) assert.match(line, new RegExp(`^sessionId=${VALUE};`))
    })
  }

  test('the cookie ends maxAge after the response', async () => {
    const app = await open({ options: { cookie: { maxAge: 60_000 } }, routes: changing })
    const begun = Date.now()
    const { headers } = await app.inject({ url: '/', ...HTTPS })
    const end = dateOf(headers['set-cookie'])
    assert.ok(end >= begun + 59_000 && end <= Date.now() + 60_000)
  })

  test('the cookie has the name and the prefix that are configured', async () => {
    const options = { cookieName: 'connect.sid', cookiePrefix: 's:' }
    const app = await open({ options, routes: changing })
    const { headers } = await app.inject({ url: '/', ...HTTPS })
    assert.match(
      headers['set-cookie'] as string,
      new RegExp(`^connect\\.sid=s(?::|%3A)${VALUE}; Path=/; HttpOnly; Secure$`),
    )
  })

  test('session.options() changes the flags of one cookie', async () => {
    const app = await open({
      options: { cookie: { secure: true } },
      routes: (routes) =>
        routes.get('/', async ({ session }) => {
          session.options({ secure: false })
          session.set('changed' as never, true as never)
          return {}
        }),
    })
    const { headers } = await app.inject('/')
    assert.match(headers['set-cookie'] as string, new RegExp(`^sessionId=${VALUE}; Path=/; HttpOnly$`))
  })

  test('session.options() makes one cookie Secure, which is not sent over http', async () => {
    const app = await open({
      options: { cookie: { secure: false } },
      routes: (routes) =>
        routes.get('/', async ({ session }) => {
          session.options({ secure: true })
          session.set('changed' as never, true as never)
          return {}
        }),
    })
    const { statusCode, headers } = await app.inject('/')
    assert.deepEqual([statusCode, headers['set-cookie']], [200, undefined])
  })

  test('session.cookie has the flags and dates that the application reads', async () => {
    const app = await open({
      options: { cookie: { secure: false, maxAge: 60_000 } },
      routes: (routes) =>
        routes.get('/', async ({ session: { cookie } }) => ({
          secure: cookie.secure,
          originalMaxAge: cookie.originalMaxAge,
          hasDate: cookie.expires instanceof Date,
          isWithin: cookie.maxAge! <= 60_000 && cookie.maxAge! > 59_000,
        })),
    })
    const { body } = await app.inject('/')
    assert.deepEqual(JSON.parse(body), { secure: false, originalMaxAge: 60_000, hasDate: true, isWithin: true })
  })
})
