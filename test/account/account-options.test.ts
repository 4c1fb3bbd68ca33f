import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import defaultExport, { type SessionAccountOptions, sessionAccount } from '../../src/account/session-account.ts'
import { type StoredSessionOptions, storedSession } from '../../src/index.ts'
import { databases } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'
import { accountRoutes, CHROME, Member, PAGE, withDevices } from './account-app.ts'

/** Starts an application whose page has these options. */
async function start(options: object, plugin: Partial<StoredSessionOptions> = withDevices, logs: string[] = []) {
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => void logs.push(line) } } })
  try {
    await app.register(storedSession, { database: 'sqlite::memory:', secret, ...plugin })
    await app.register(sessionAccount, { prefix: PAGE, ...options } as SessionAccountOptions)
    await app.ready()
  } finally {
    await app.close()
  }
}

describe('sessionAccount at start', () => {
  test('is the default export too', () => assert.equal(defaultExport, sessionAccount))

  test('refuses options that cannot work, by name', async () => {
    const invalid: [object, RegExp][] = [
      [{ layuot: () => '' }, /^stored-session: sessionAccount: layuot is not an option; did you mean layout\?$/],
      [{ layout: '<html>' }, /layout must be a function/],
      [{ texts: [] }, /texts must be an object of languages/],
      [{ texts: { en: 'no' } }, /texts\.en must be an object of words/],
      [{ texts: { 'x y': {} } }, /texts has "x y", which is not a language tag/],
      [{ texts: { en: { tilte: 'x' } } }, /texts\.en\.tilte is not an option; did you mean texts\.en\.title\?/],
      [{ texts: { en: { title: 5 } } }, /texts\.en\.title must be a string, not 5/],
      ...['login', '//evil.example', 'https://evil.example', '/\\evil.example', '/\t/evil', '/a\nb', '', 7].map(
        (signIn): [object, RegExp] => [{ signIn }, /signIn must be a path of this application, such as "\/login"/],
      ),
    ]
    for (const [options, message] of invalid) {
      await assert.rejects(
        start(options),
        { code: 'FST_STORED_SESSION_INVALID_OPTIONS', message },
        JSON.stringify(options),
      )
    }
    await start({ signIn: '/login?next=%2Faccount#form', texts: { 'pt-BR': { title: 'Seus aparelhos' } } })
  })

  test('asks for storedSession, and for its option user', async () => {
    const app = Fastify()
    app.register(sessionAccount)
    await assert.rejects(Promise.resolve(app.ready()), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message: /storedSession is missing/,
    })
    await assert.rejects(start({}, { metadata: true }), {
      message: /sessionAccount: storedSession needs the option user/,
    })
  })

  test('warns once of a missing option metadata', async () => {
    const [without, wanted]: [string[], string[]] = [[], []]
    await start({}, { user: userIdOf }, without)
    await start({}, withDevices, wanted)
    const warnings = (logs: string[]) => logs.filter((line) => line.includes('sessionAccount')).length
    assert.deepEqual([warnings(without), warnings(wanted)], [1, 0])
  })
})

describe('the page of devices', () => {
  const suite = appSuite(databases[0]!)
  const open = (options: SessionAccountOptions = {}) =>
    suite.open({ options: withDevices, routes: accountRoutes(options) })
  let app: FastifyInstance
  before(async () => {
    app = await open()
  })

  test('speaks the language that the browser prefers', async () => {
    const member = await Member.signIn(app, 'ada', { userAgent: CHROME })
    const titles: [string, string, string, string][] = [
      ['en-US,en;q=0.9', 'en', 'Your devices', 'Chrome on Android phone'],
      ['de-AT,de;q=0.9,en;q=0.8', 'de', 'Ihre Geräte', 'Chrome auf Android-Telefon'],
      ['en;q=0.5, fr;q=0.8', 'fr', 'Vos appareils', 'Chrome sur téléphone Android'],
      ['ES', 'es', 'Sus dispositivos', 'Chrome en teléfono Android'],
      ['ja, de;q=0', 'en', 'Your devices', 'Chrome on Android phone'],
      ['*, de;q=0.5', 'en', 'Your devices', 'Chrome on Android phone'],
      ['', 'en', 'Your devices', 'Chrome on Android phone'],
      ['zz;q=x,<script>,;;=', 'en', 'Your devices', 'Chrome on Android phone'],
    ]
    for (const [header, language, title, device] of titles) {
      const { body } = await member.show({ 'accept-language': header })
      assert.match(body, new RegExp(`<html lang="${language}">`), header)
      assert.match(body, new RegExp(`<h1>${title}</h1>`))
      assert.ok(body.includes(device), device)
      assert.equal((await member.list({ 'accept-language': header }))[0]!.device, device)
    }
  })

  test('uses words of the application, of some languages and in part', async () => {
    const texts = {
      de: { title: 'Deine Geräte' },
      'pt-BR': { title: 'Seus aparelhos' },
      en: { thisDevice: undefined as never },
    }
    const changed = await open({ texts })
    const member = await Member.signIn(changed, 'ada')
    const german = (await member.show({ 'accept-language': 'de' })).body
    assert.match(german, /<h1>Deine Geräte<\/h1>[\s\S]*Dieses Gerät/)
    const other = (await member.show({ 'accept-language': 'pt-BR' })).body
    assert.match(other, /lang="pt-br"[\s\S]*<h1>Seus aparelhos<\/h1>[\s\S]*This device/)
  })

  test('shows 100 devices, this device among them, and says that there are more', async () => {
    const own = await Member.signIn(app, 'joan')
    for (let count = 0; count < 100; count++) await Member.signIn(app, 'joan')
    const sessions = await own.list()
    assert.deepEqual([sessions.length, sessions[0]!.handle], [100, own.handle])
    assert.match((await own.show()).body, /Only 100 devices are shown/)
    assert.deepEqual((await own.act('sign-out-others')).json(), { signedOut: 100 })
    assert.doesNotMatch((await own.show()).body, /devices are shown|sign-out-others/)
  })

  test('says how long ago, with the exact time', async () => {
    const member = await Member.signIn(app, 'ada')
    const { body } = await member.show()
    assert.match(
      body,
      /<time datetime="\d{4}-\d\d-\d\dT[\d:.]+Z" title="[A-Z][a-z]+ \d+, \d{4} at [^"]+ UTC">now<\/time>/,
    )
  })

  test('is inside of the layout of the application, whose own policy stays', async () => {
    const seen: string[] = []
    const layout = async (content: string, request: { url: string }) => {
      seen.push(request.url)
      return `<!doctype html><body class="mine">${content}</body>`
    }
    const plain = await Member.signIn(await open({ layout }), 'ada')
    const page = await plain.show()
    assert.match(page.body, /^<!doctype html><body class="mine"><div class="stored-session" lang="en"><h1>/)
    assert.match(
      String(page.headers['content-security-policy']),
      /^default-src 'self'; object-src 'none'; .*frame-ancestors 'none'/,
    )
    assert.deepEqual(seen, [PAGE])
    const withPolicy = await suite.open({
      options: withDevices,
      routes: (instance) => {
        instance.addHook(
          'onRequest',
          async (_request, reply) => void reply.header('content-security-policy', "script-src 'nonce-1'"),
        )
        return accountRoutes({ layout })(instance)
      },
    })
    const own = await (await Member.signIn(withPolicy, 'ada')).show()
    assert.equal(own.headers['content-security-policy'], "script-src 'nonce-1'")
    assert.equal(own.headers['x-frame-options'], 'DENY')
  })

  test('sends who is not signed in to the sign-in page, and clients of JSON a 401', async () => {
    const withSignIn = await open({ signIn: '/login?from=account' })
    const stranger = new Member(withSignIn)
    const page = await stranger.show({}, '?signIn=//evil.example')
    assert.deepEqual([page.statusCode, page.headers.location], [303, '/login?from=account'])
    assert.equal(page.headers['cache-control'], 'no-store')
    assert.equal((await stranger.get(PAGE, { headers: { accept: 'application/json' } })).statusCode, 401)
    assert.equal((await stranger.act('sign-out-everywhere')).statusCode, 401)
    const member = await Member.signIn(withSignIn, 'ada')
    assert.equal((await member.submit('sign-out-everywhere')).headers.location, '/login?from=account')
    assert.equal((await new Member(app).show()).statusCode, 401)
    // Signed out, but with a session.
    const visitor = new Member(app)
    await visitor.post('/change', { n: 1 })
    assert.equal((await visitor.show()).statusCode, 401)
  })

  test('works under any prefix: with a slash at its end, of a parent, with a parameter, and none', async () => {
    const places: [string, string, string][] = [
      ['', '/devices', '/devices'],
      ['', '/devices', '/devices/'],
      ['', '/devices/', '/devices/'],
      ['/app', '/devices', '/app/devices'],
      ['/:tenant', '/devices', '/acme/devices'],
      ['', '', '/account-root'],
    ]
    for (const [parent, prefix, page] of places) {
      const isRoot = page === '/account-root'
      const nested = await suite.open({
        options: withDevices,
        server: { routerOptions: { ignoreDuplicateSlashes: true } },
        routes: async (instance) => {
          await accountRoutes({ prefix: '/unused' })(instance)
          const inner = async (scope: FastifyInstance) => void scope.register(sessionAccount, { prefix })
          instance.register(inner, { prefix: isRoot ? '/account-root' : parent })
        },
      })
      const [member, other] = [
        await Member.signIn(nested, 'ada', { page }),
        await Member.signIn(nested, 'ada', { page }),
      ]
      const { body } = await member.show()
      const [, style] = /href="([^"]+style\.css)"/.exec(body)!
      assert.equal((await member.get(style!)).headers['content-type'], 'text/css; charset=utf-8')
      const [, action] = /action="([^"]+)"/.exec(body)!
      const payload = new URLSearchParams({ token: await member.token(), handle: other.handle }).toString()
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const done = await member.send({ method: 'POST', url: action!, payload, headers })
      assert.equal(done.statusCode, 303, page)
      assert.equal(
        (await member.get(String(done.headers.location), { headers: { accept: 'text/html' } })).statusCode,
        200,
        page,
      )
    }
  })

  test('names no other site in its links and redirects, whatever path was asked for', async () => {
    const loose = await suite.open({
      options: withDevices,
      server: { routerOptions: { ignoreDuplicateSlashes: true } },
      routes: accountRoutes({ prefix: '/:tenant/sessions' }),
    })
    const member = await Member.signIn(loose, 'grace', { page: '//evil.example/sessions' })
    const { statusCode, body } = await member.show()
    assert.equal(statusCode, 200)
    assert.doesNotMatch(body, /"\/\/|"\/\\/)
    const { headers } = await member.submit('sign-out-others')
    assert.equal(headers.location, '/evil.example/sessions?done=others-0')
  })

  test('says that it is not available while the database does not answer', async () => {
    for (const onUnavailable of ['error', 'anonymous'] as const) {
      const broken = await suite.open({
        options: { ...withDevices, onUnavailable, operationTimeout: 500 },
        routes: accountRoutes(),
      })
      const member = await Member.signIn(broken, 'ada')
      await broken.storedSession.store.close()
      const page = await member.show()
      assert.deepEqual([page.statusCode, page.headers['retry-after']], [503, '2'])
      assert.match(page.body, /cannot be shown at the moment/)
      assert.equal((await member.get(PAGE, { headers: { accept: 'application/json' } })).statusCode, 503)
      assert.equal(page.headers['cache-control'], 'no-store')
    }
  })
})
