import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import { databases } from '../harness/databases.ts'
import { Browser, cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { logTo } from '../support/log-lines.ts'
import { allRows, handleOf, setColumn } from '../support/rows.ts'

const target = databases[0]!

describe('the log', () => {
  const suite = appSuite(target)
  let app: FastifyInstance
  let lines: Record<string, unknown>[]

  async function open(options: Partial<StoredSessionOptions> = {}): Promise<void> {
    lines = []
    app = await suite.open({
      server: logTo((line) => void lines.push(line)),
      options,
    })
  }

  const ours = () => lines.filter(({ plugin }) => plugin === 'stored-session')

  afterEach(() => app.close())

  test('says once that a secure cookie over http is not sent, and names both remedies', async () => {
    await open({ cookie: {} })
    const browser = new Browser(app)
    await browser.get('/me')
    assert.deepEqual(ours(), [])
    for (let visit = 0; visit < 3; visit += 1) {
      const response = await browser.post('/change', { n: 1 })
      assert.deepEqual([response.statusCode, cookieLines(response)], [200, []])
    }
    const [warning, ...more] = ours()
    assert.deepEqual(more, [])
    assert.equal(warning?.level, 40)
    assert.match(String(warning?.msg), /trustProxy.*secure: 'auto'/)
    assert.deepEqual(await allRows(suite.database), [])
  })

  test('has no warning where the cookie is sent', async () => {
    await open({ cookie: { secure: 'auto' } })
    await new Browser(app).post('/login')
    assert.deepEqual(ours(), [])
  })

  test('tells of an unreadable row by its sid, and of no id, cookie or secret at any level', async () => {
    await open()
    const browser = new Browser(app)
    const { id } = (await browser.post('/login')).json()
    const cookie = browser.cookies().sessionId!
    await setColumn(suite.database, id, 'data', Buffer.from('damaged'))
    await browser.get('/me')
    const [warning, ...more] = ours()
    assert.deepEqual(more, [])
    assert.equal(warning?.sid, handleOf(id))
    assert.equal(warning?.reason, 'malformed')
    const text = JSON.stringify(lines)
    for (const hidden of [id, cookie, encodeURIComponent(cookie), 'correct horse']) assert.ok(!text.includes(hidden))
  })
})
