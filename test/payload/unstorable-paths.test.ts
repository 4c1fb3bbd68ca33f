import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { type AppSession, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { logTo } from '../support/log-lines.ts'
import { signIn } from '../support/visitor.ts'

/** Content that stands where a path or a reason could repeat it. */
const MAIL = 'ada@example.org'

class Holder {
  name: string
  constructor(name: string) {
    this.name = name
  }
}

/** An error that has a property of its own, which is named by content. */
const faultWith = (name: string) => Object.assign(new Error('fault'), { [name]: 1 })

interface Unstorable {
  content: object
  path: string
  wholePath: string
  reason: RegExp
}

/** Sessions that cannot be stored, with what is told of them. */
const UNSTORABLE: Record<string, Unstorable> = {
  'a key of a Map': {
    content: { byMail: new Map([[MAIL, { token: () => {} }]]) },
    path: 'byMail',
    wholePath: `byMail.get("${MAIL}").token`,
    reason: /^functions cannot be stored$/,
  },
  'a name': {
    content: { users: [{ [MAIL]: () => {} }] },
    path: 'users',
    wholePath: `users[0]["${MAIL}"]`,
    reason: /^functions cannot be stored$/,
  },
  'a name that is no text': {
    content: { users: { [`${MAIL} \ud83d`]: 1 } },
    path: 'users',
    wholePath: `users["${MAIL} \\ud83d"]`,
    reason: /^it contains half of a surrogate pair/,
  },
  'a property of an error': {
    content: { fault: faultWith(MAIL) },
    path: 'fault',
    wholePath: 'fault',
    reason: /^properties of its own cannot be stored; store a plain object$/,
  },
  'a property that is called as classes are': {
    content: { holder: Object.assign(new Holder(MAIL), { constructor: { name: MAIL } }) },
    path: 'holder',
    wholePath: 'holder',
    reason: /^instances of Holder cannot be stored/,
  },
  'a list that is called as classes are': {
    content: { list: Object.assign([1], { constructor: { name: MAIL } }) },
    path: 'list',
    wholePath: 'list',
    reason: /^an array with holes or names cannot be stored$/,
  },
}

const SENTENCE = 'The session cannot be stored, so nothing was written'

forEachDatabase((target) => {
  const suite = appSuite(target)
  let app: FastifyInstance
  let lines: { err?: { path?: string; reason?: string; message?: string } }[] = []
  let change: (session: AppSession) => unknown = () => {}
  const { NODE_ENV } = process.env

  afterEach(async () => {
    await app.close()
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  })

  async function open(options: Partial<StoredSessionOptions> = {}): Promise<void> {
    app = await suite.open({
      options,
      server: logTo<(typeof lines)[number]>((line) => void lines.push(line)),
      routes: (routes) =>
        routes.post('/apply', async (request) => {
          await change(sessionOf(request))
          if (request.headers.rotate) await routes.storedSession.rotateId(request)
          return {}
        }),
    })
  }

  /** What a client and the log are told of a session that cannot be stored. */
  async function toldOf(apply: (session: AppSession) => unknown, headers = {}) {
    const { sessionId } = await signIn(app)
    change = apply
    lines = []
    const response = await app.inject({ method: 'POST', url: '/apply', cookies: { sessionId }, headers })
    assert.equal(response.statusCode, 500)
    const [line, ...more] = lines.filter(({ err }) => err)
    assert.deepEqual(more, [])
    return { response, err: line?.err, log: JSON.stringify(lines) }
  }

  const assertPlain = (body: object) =>
    assert.deepEqual(body, {
      statusCode: 500,
      code: 'FST_STORED_SESSION_UNSTORABLE',
      error: 'Internal Server Error',
      message: SENTENCE,
    })

  for (const [what, { content, path, reason }] of Object.entries(UNSTORABLE)) {
    test(`with ${what} the path of what cannot be stored reaches no client, and the log only by its top-level name`, async () => {
      await open()
      const ways: [(session: AppSession) => unknown, object?][] = [
        [(session) => void Object.assign(session, content)],
        [(session) => Object.assign(session, content).save()],
        [(session) => void Object.assign(session, content), { rotate: 'yes' }],
      ]
      for (const [apply, headers] of ways) {
        const { response, err, log } = await toldOf(apply, headers)
        assertPlain(response.json())
        assert.deepEqual([err?.path, err?.message], [path, SENTENCE])
        assert.match(err?.reason ?? '', reason)
        for (const text of [response.body, log]) assert.ok(!text.includes(MAIL) && !text.includes('token'), text)
      }
    })
  }

  for (const environment of [undefined, 'production', 'test', 'Development', '']) {
    test(`with NODE_ENV ${JSON.stringify(environment)} the log has no more of a path than its top-level name`, async () => {
      if (environment === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = environment
      await open()
      const { err } = await toldOf((session) => void Object.assign(session, UNSTORABLE['a key of a Map']!.content))
      assert.equal(err?.path, 'byMail')
    })
  }

  for (const [how, options, environment] of [
    ['in development', {}, 'development'],
    ['with errorPaths', { errorPaths: true }, 'production'],
  ] as const) {
    test(`${how} the log has the whole path, and a client gets the plain sentence all the same`, async () => {
      process.env.NODE_ENV = environment
      await open(options)
      for (const { content, wholePath, reason } of Object.values(UNSTORABLE)) {
        for (const apply of [
          (session: AppSession) => void Object.assign(session, content),
          (session: AppSession) => Object.assign(session, content).save(),
        ]) {
          const { response, err } = await toldOf(apply)
          assertPlain(response.json())
          assert.equal(err?.path, wholePath)
          assert.match(err?.reason ?? '', reason)
        }
      }
    })
  }

  test('errorPaths: false leaves the whole path out of the log, in development too', async () => {
    process.env.NODE_ENV = 'development'
    await open({ errorPaths: false })
    const { err, log } = await toldOf((session) => void Object.assign(session, UNSTORABLE['a key of a Map']!.content))
    assert.deepEqual([err?.path, log.includes(MAIL)], ['byMail', false])
  })
})
