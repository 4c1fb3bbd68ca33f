import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { eventChannelNames } from '../../src/instruments/channels.ts'
import { operationNames } from '../../src/instruments/operation.ts'
import { BoundBrowser } from '../device-bound/device.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { addRotateRoute, sessionOf } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { addEndedMeanwhileRoute } from '../support/ended-meanwhile.ts'
import { failingDatabase } from '../support/failing-database.ts'
import { setColumn, sidOf } from '../support/rows.ts'
import { secret } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { userIdOf } from '../support/user-id.ts'
import { rotated, signIn } from '../support/visitor.ts'
import { Listening } from './channels.ts'

const WORD = 'planted-word-in-a-value-3a91'
const NAME = 'planted_word_in_a_name_b5d0'
const USER = 'planted-user-c77e'
const ADDRESS = '203.0.113.77'

/** Every address but one is in another country, and the overlap is as short as can be. */
const WATCHED = {
  metadata: { location: (_: unknown, ip: string) => ({ country: ip === ADDRESS ? 'BR' : 'DE' }) },
  suspicious: true,
  rotationOverlap: 1,
  touchInterval: 1,
} as const

/** How a text may lie in what was published. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  return [text, encodeURIComponent(text), bytes.toString('hex'), bytes.toString('base64').slice(0, -4)]
}

forEachDatabase((target) => {
  const suite = appSuite(target)
  const failing = suite.opening(failingDatabase)
  let app: FastifyInstance
  let listening: Listening
  const heard: string[] = []

  before(async () => {
    listening = new Listening()
    await (await suite.open()).close()
    app = await suite.openOn(failing.database, {
      options: { migrate: false, user: userIdOf, history: true, deviceBound: true, ...WATCHED },
      server: { trustProxy: true, logger: { level: 'trace', stream: { write: (line) => void heard.push(line) } } },
      routes(routes) {
        routes.post('/unstorable', async (request) => {
          sessionOf(request)[NAME] = () => WORD
          return {}
        })
        addEndedMeanwhileRoute(routes)
        addRotateRoute(routes)
      },
    })
    for (const name of [...eventChannelNames, ...operationNames, 'fault'] as const) {
      // The names of keys that conflict are for the application alone.
      if (name !== 'conflict') app.storedSession.on(name, (event: object) => heard.push(inspect(event, { depth: 9 })))
    }
  })
  after(() => listening.stop())

  test('planted ids, words, users, addresses and the secret are in nothing that is published, told or logged', async () => {
    const planted = [WORD, USER, ADDRESS, secret]
    for (let n = 0; n < 6; n++) {
      const ada = await signIn(app)
      planted.push(ada.id, ada.sessionId)
      await ada.post('/change', { [NAME]: WORD, userId: USER, n })
      await Promise.all([ada.post('/change', { [NAME]: 1 }), ada.post('/change', { [NAME]: 2 }), ada.me()])
      await ada.post('/unstorable')
      for (const name of ['read', 'update', 'end'] as const) {
        failing.failing.add(name)
        await ada.post(name === 'end' ? '/logout' : '/change', { n: WORD })
        failing.failing.clear()
      }
      if (n === 1) await ada.post('/logout')
      if (n === 2) await setColumn(suite.database, ada.id, 'data', Buffer.from('damaged, whatever it was before'))
      if (n === 3) await setColumn(suite.database, ada.id, 'expires_at', 1)
      await app.inject({ url: '/me', cookies: { sessionId: ada.sessionId }, remoteAddress: ADDRESS })
      await (n === 4 ? ada.post('/ended-meanwhile', { note: WORD }) : ada.post('/change', { n: 1 }))
    }
    const ada = await signIn(app)
    const heir = await rotated(app, ada)
    planted.push(ada.id, ada.sessionId, heir.id, heir.sessionId)
    const clock = Date.now()
    await until('the overlap is over', () => Date.now() > clock + 2)
    await app.inject({ url: '/me', cookies: { sessionId: heir.sessionId }, remoteAddress: ADDRESS })
    await app.storedSession.flush()
    await ada.me()
    const browser = await BoundBrowser.signedIn(app)
    await browser.refresh()
    await browser.stolen('sessionId').get('/me')
    planted.push(...Object.values(browser.cookies()), browser.offer!.challenge, browser.key.jwk.x!)
    await app.storedSession.reencrypt()
    await app.storedSession.revoke({ user: USER })
    await app.storedSession.trim()
    const unstorable = () => Promise.reject(Object.assign(new Error(`no '${USER}'`), { code: '22P05' }))
    Object.assign(failing.database.history!, { insertMany: unstorable })
    await app.storedSession.revoke({ user: USER })
    const names = new Set(
      listening.published.map(({ channel }) => channel.split(':').at(channel.startsWith('t') ? 2 : 1)),
    )
    assert.deepEqual(
      [...eventChannelNames, ...operationNames].filter((name) => name !== 'touch' && !names.has(name)),
      [],
    )
    const places = {
      channels: inspect(listening.published, { depth: 9, maxArrayLength: null, showHidden: true }),
      events: heard.filter((text) => !text.startsWith('{"')).join('\n'),
      log: heard.filter((text) => text.includes('"plugin":"stored-session"')).join('\n'),
    }
    assert.ok(places.channels.includes(sidOf(planted[4]!).toString('hex')))
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 500, place)
      for (const form of planted.flatMap(formsOf)) assert.ok(!text.includes(form), `${place} must not hold ${form}`)
    }
    assert.ok(!places.channels.includes(NAME))
  })
})
