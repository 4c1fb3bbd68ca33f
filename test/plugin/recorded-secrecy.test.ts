import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forEachDatabase } from '../harness/databases.ts'
import { addRotateRoute, Browser } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { userIdOf } from '../support/user-id.ts'

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1'
const ADDRESS = '198.51.100.77'
const PLACE = { country: 'FR', region: 'Occitanie', city: 'Montauban' }

forEachDatabase((target) => {
  describe('a dump of sessions and events', () => {
    const suite = appSuite(target)

    test('shows no address, no browser, no place and no operator', async () => {
      const metadata = { ip: 'full', location: () => PLACE, extra: () => ({ branch: 'Rive Gauche' }) } as const
      const options = { metadata, history: true, user: userIdOf }
      const app = await suite.open({ options, routes: addRotateRoute })
      const client = { headers: { 'user-agent': SAFARI }, remoteAddress: ADDRESS }
      const browsers = [new Browser(app), new Browser(app)]
      for (const browser of browsers) {
        await browser.post('/login', {}, client)
        await browser.post('/rotate', {}, client)
        await browser.post('/change', { n: 1 }, client)
      }
      await browsers[0]!.post('/logout', {}, client)
      await app.storedSession.revoke({ user: 'ada', actor: 'Operator Kowalski' })
      await app.storedSession.flush()
      const { events } = await app.storedSession.history()
      const recorded = events.find(({ kind }) => kind === 'created')
      assert.deepEqual(recorded?.metadata, {
        ip: ADDRESS,
        userAgent: SAFARI,
        device: { browser: 'Safari', os: 'iOS', kind: 'phone' },
        location: PLACE,
        extra: { branch: 'Rive Gauche' },
      })
      assert.ok(events.some(({ actor }) => actor === 'Operator Kowalski'))
      const dump = await suite.database.dump()
      for (const word of [
        ADDRESS,
        '198.51',
        'iPhone',
        'Safari',
        'AppleWebKit',
        'Occitanie',
        'Montauban',
        'Rive',
        'Kowalski',
      ])
        for (const text of [word, Buffer.from(word).toString('hex'), Buffer.from(word).toString('base64').slice(0, -3)])
          assert.ok(!dump.includes(text) && !dump.includes(text.toUpperCase()), word)
      assert.ok(!dump.includes(Buffer.from(ADDRESS.split('.').map(Number)).toString('hex')))
    })
  })
})
