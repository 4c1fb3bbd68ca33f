import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { blocksOf, errorPages, overview } from './errors/error-pages.ts'
import { Workspace } from './readme-workspace.ts'

const [handler] = blocksOf(overview, 'ts')
const [shown] = blocksOf(overview, 'json')
const [signIn] = blocksOf(errorPages.get('too-many.md')!, 'ts')
const [regenerate] = blocksOf(errorPages.get('not-regenerated.md')!, 'ts')
const secret = 'correct horse battery staple, thirty-two and more'

/** An answer of a program. */
interface Answer {
  readonly status: number
  readonly body: { readonly message?: string; readonly code?: string }
  readonly retryAfter?: string
  readonly setsCookie: boolean
}

/**
 * A program with the code of a page, which sends requests with the latest cookie and prints the answers. Its storage
 * fails at requests that begin with "failing", and "anonymous" ones have no cookie.
 */
const programOf = (code: string, options: string, requests: readonly string[]) => `
  import Fastify from 'fastify'
  import storedSession from 'stored-session'
  import { memoryStorage } from 'stored-session/testing'
  let isFailing = false
  const refuse = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
  const storage = new Proxy(memoryStorage(), {
    get(target, name) {
      const member = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => (isFailing ? refuse() : member(...args))
    },
  })
  const app = Fastify()
  await app.register(storedSession, {
    database: storage, secret: '${secret}', cookie: { secure: false }, user: (session: any) => session.userId, ${options}
  })
  ${code}
  app.get('/me', async (request: any) => ({ user: request.session.userId ?? null }))
  const answers = []
  for (const request of ${JSON.stringify(requests)}) {
    const [how, method, url] = /^(failing |anonymous )?(\\w+) (\\S+)$/.exec(request)!.slice(1)
    isFailing = how === 'failing '
    const last = answers.map(({ line }) => line).filter(Boolean).at(-1)
    const headers = last && how !== 'anonymous ' ? { cookie: last.split(';')[0] } : {}
    const response = await app.inject({ method: method as 'GET', url, headers })
    const line = [response.headers['set-cookie'] ?? []].flat()[0]
    answers.push({ line, status: response.statusCode, body: response.json(), retryAfter: response.headers['retry-after'] })
  }
  isFailing = false
  await app.close()
  console.log(JSON.stringify(answers.map(({ line, ...answer }) => ({ ...answer, setsCookie: line !== undefined }))))
`

describe('what the pages of errors say of answers', () => {
  let workspace: Workspace
  before(() => {
    workspace = new Workspace()
  })
  after(() => workspace.remove())

  async function answersOf(code: string, options: string, requests: readonly string[]): Promise<Answer[]> {
    workspace.write('program.ts', programOf(code, options, requests))
    const { output } = await workspace.run('program.ts')
    return JSON.parse(output)
  }

  test('Fastify answers a 503 as shown, with Retry-After and without a cookie, also at a sign-in', async () => {
    const requests = ['POST /sign-in', 'failing GET /me', 'failing POST /sign-in', 'GET /me']
    const [signedIn, read, signInAgain, next] = await answersOf(regenerate!, '', requests)
    for (const failed of [read!, signInAgain!]) {
      assert.deepEqual(failed.body, JSON.parse(shown!))
      assert.deepEqual([failed.status, failed.retryAfter, failed.setsCookie], [503, '2', false])
    }
    assert.equal(signedIn!.status, 200)
    assert.deepEqual(next!.body, { user: 'ada' })
  })

  test('the error handler shown answers it with Retry-After too', async () => {
    const requests = ['POST /sign-in', 'failing GET /me']
    const [, failed] = await answersOf(`${handler}\n${regenerate}`, '', requests)
    assert.deepEqual([failed!.status, failed!.retryAfter], [503, '2'])
    assert.equal(failed!.body.message, 'Please try again in a moment.')
    assert.equal(failed!.body.code, 'FST_STORED_SESSION_UNAVAILABLE')
  })

  test('a sign-in above the limit is answered with the message of the application, and stores no user', async () => {
    const requests = ['POST /sign-in', 'anonymous POST /sign-in', 'GET /me']
    const answers = await answersOf(signIn!, "maxPerUser: 1, evict: 'refuse'", requests)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 403, 200],
    )
    assert.equal(answers[1]!.body.message, 'Sign out on one of your other devices first.')
    assert.deepEqual(answers[2]!.body, { user: null })
  })
})
