import assert from 'node:assert/strict'
import { afterEach, before, describe, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { forEachDatabase } from '../harness/databases.ts'
import { cookieLines } from '../support/app.ts'
import { appSuite } from '../support/app-suite.ts'
import { accountRoutes, CHROME, Member, PAGE, withDevices } from './account-app.ts'

const NEVER_STORED = `2::${'0'.repeat(64)}`

forEachDatabase((target) => {
  describe('the page of devices', () => {
    const suite = appSuite(target)
    let app: FastifyInstance
    before(async () => {
      app = await suite.open({ options: { ...withDevices, history: true }, routes: accountRoutes() })
    })
    afterEach(() => app.storedSession.revoke({ all: true }))
    const signIn = (user: string, userAgent?: string) => Member.signIn(app, user, userAgent ? { userAgent } : {})

    test('lists the live sessions of the own user, this device first, then the latest use', async () => {
      const [phone, laptop, other] = [await signIn('ada', CHROME), await signIn('ada'), await signIn('ada')]
      await signIn('grace')
      await other.post('/logout')
      const sessions = await laptop.list()
      assert.deepEqual(
        sessions.map(({ handle, isThis, device, ip }) => ({ handle, isThis, device, ip })),
        [
          { handle: laptop.handle, isThis: true, device: 'Firefox on Windows', ip: '203.0.113.0/24' },
          { handle: phone.handle, isThis: false, device: 'Chrome on Android phone', ip: '203.0.113.0/24' },
        ],
      )
      for (const { signedInAt, lastUsedAt, location } of sessions) {
        assert.equal(new Date(signedInAt).toISOString(), signedInAt)
        assert.equal(new Date(lastUsedAt).toISOString(), lastUsedAt)
        assert.equal(location, null)
      }
      const { body } = await phone.show()
      assert.ok(body.indexOf('Chrome on Android phone') < body.indexOf('Firefox on Windows'))
      assert.equal(body.match(/This device/g)!.length, 1)
    })

    test('signs out another device, for JSON and for a form', async () => {
      const [phone, tablet, laptop] = [await signIn('ada'), await signIn('ada'), await signIn('ada')]
      const answer = await laptop.act('sign-out', { handle: phone.handle })
      assert.deepEqual([answer.statusCode, answer.json()], [200, { signedOut: 1 }])
      const redirect = await laptop.submit('sign-out', { handle: tablet.handle })
      assert.deepEqual([redirect.statusCode, redirect.headers.location], [303, `${PAGE}?done=one-1`])
      assert.match((await laptop.show({}, '?done=one-1')).body, /role="status">The device was signed out\./)
      const left = await Promise.all([phone, tablet, laptop].map((member) => member.isSignedIn()))
      assert.deepEqual(left, [false, false, true])
    })

    test('gives another user’s session the same answer as one that does not exist, and ends neither', async () => {
      const [ada, grace] = [await signIn('ada'), await signIn('grace')]
      const oldHandle = grace.handle
      await grace.post('/rotate')
      const handles = [grace.handle, oldHandle, NEVER_STORED, 'no handle', '', (await signIn('grace')).handle]
      const answers = await Promise.all(handles.map((handle) => ada.act('sign-out', { handle })))
      for (const { statusCode, body } of answers) assert.deepEqual([statusCode, body], [404, answers[0]!.body])
      for (const body of [{}, { handle: 7 }, { handle: { all: true } }, { handle: [grace.handle] }]) {
        assert.equal((await ada.act('sign-out', body)).statusCode, 404)
      }
      assert.equal((await ada.submit('sign-out', { handle: grace.handle })).statusCode, 404)
      assert.equal(await grace.isSignedIn(), true)
      assert.equal((await app.storedSession.list({ user: 'grace', state: 'live' })).sessions.length, 2)
    })

    test('signs out this device: its session ends and its cookie goes', async () => {
      for (const way of ['act', 'submit'] as const) {
        const [laptop, phone] = [await signIn('ada'), await signIn('ada')]
        const answer = await laptop[way]('sign-out', { handle: laptop.handle })
        assert.equal(answer.statusCode, way === 'act' ? 200 : 303)
        assert.match(cookieLines(answer)[0]!, /^sessionId=;.*Expires=Thu, 01 Jan 1970/)
        assert.equal((await app.inject({ url: '/me', cookies: { sessionId: laptop.id } })).json().userId, undefined)
        assert.equal(await phone.isSignedIn(), true)
        await phone.post('/logout')
      }
    })

    test('signs out all others, and nobody else', async () => {
      const [laptop, phone, tablet] = [await signIn('ada'), await signIn('ada'), await signIn('ada')]
      const grace = await signIn('grace')
      assert.deepEqual((await laptop.act('sign-out-others')).json(), { signedOut: 2 })
      const signedIn = await Promise.all([laptop, phone, tablet, grace].map((member) => member.isSignedIn()))
      assert.deepEqual(signedIn, [true, false, false, true])
      const again = await laptop.submit('sign-out-others')
      assert.equal(again.headers.location, `${PAGE}?done=others-0`)
      assert.match((await laptop.show({}, '?done=others-0')).body, /No other device was signed in/)
    })

    test('signs out everywhere: all sessions end, and the cookie goes', async () => {
      for (const way of ['act', 'submit'] as const) {
        const [laptop, phone] = [await signIn('ada'), await signIn('ada')]
        const grace = await signIn('grace')
        const answer = await laptop[way]('sign-out-everywhere')
        if (way === 'act') assert.deepEqual(answer.json(), { signedOut: 2 })
        else assert.equal(answer.headers.location, `${PAGE}?done=everywhere-2`)
        assert.match(cookieLines(answer)[0]!, /^sessionId=;/)
        assert.deepEqual([await phone.isSignedIn(), await grace.isSignedIn()], [false, true])
        assert.deepEqual((await app.storedSession.list({ user: 'ada', state: 'live' })).sessions, [])
        const page = await laptop.show({}, '?done=everywhere-2')
        assert.deepEqual([page.statusCode, /signed out on all devices/.test(page.body)], [401, true])
      }
    })

    test('knows the own session by an old id, and ends it', async () => {
      const [laptop, phone] = [await signIn('ada'), await signIn('ada')]
      const former = { sessionId: laptop.cookies().sessionId! }
      await laptop.post('/rotate')
      const json = { accept: 'application/json' }
      const listed = (await app.inject({ url: PAGE, cookies: former, headers: json })).json().sessions
      assert.deepEqual(
        listed.map(({ isThis }: { isThis: boolean }) => isThis),
        [true, false],
      )
      const others = { method: 'POST', url: `${PAGE}/sign-out-others`, cookies: former, payload: {} } as const
      assert.deepEqual((await app.inject(others)).json(), { signedOut: 1 })
      assert.deepEqual([await laptop.isSignedIn(), await phone.isSignedIn()], [true, false])
      const { handle } = listed[0]
      const own = { method: 'POST', url: `${PAGE}/sign-out`, cookies: former, payload: { handle } } as const
      assert.deepEqual((await app.inject(own)).json(), { signedOut: 1 })
      assert.equal(await laptop.isSignedIn(), false)
    })

    test('records who signed out which session', async () => {
      const [laptop, phone] = [await signIn('ada'), await signIn('ada')]
      await laptop.act('sign-out', { handle: phone.handle })
      await app.storedSession.flush()
      const { events } = await app.storedSession.history({ handle: phone.handle, kind: 'revoked' })
      assert.deepEqual(
        events.map(({ actor }) => actor),
        ['ada'],
      )
    })

    test('asks to sign in whose session ended meanwhile, for every route', async () => {
      const laptop = await signIn('ada')
      const token = await laptop.token()
      await app.storedSession.revoke({ user: 'ada' })
      const phone = await signIn('ada')
      assert.equal((await laptop.show()).statusCode, 401)
      assert.equal((await laptop.show({}, '/sign-out-others')).statusCode, 401)
      assert.equal((await laptop.show({}, '/sign-out-everywhere')).statusCode, 401)
      for (const path of ['sign-out', 'sign-out-others', 'sign-out-everywhere']) {
        assert.equal((await laptop.act(path, { handle: phone.handle })).statusCode, 401)
        const payload = new URLSearchParams({ token, handle: phone.handle }).toString()
        const headers = { 'content-type': 'application/x-www-form-urlencoded' }
        const form = await laptop.send({ method: 'POST', url: `${PAGE}/${path}`, payload, headers })
        assert.equal(form.statusCode, 401)
      }
      assert.equal(await phone.isSignedIn(), true)
      assert.equal((await phone.act('sign-out', { handle: laptop.handle })).statusCode, 404)
    })

    test('counts once what two requests sign out at the same time', async () => {
      const [laptop, phone] = [await signIn('ada'), await signIn('ada')]
      const both = await Promise.all([1, 2].map(() => laptop.act('sign-out', { handle: phone.handle })))
      assert.deepEqual(both.map(({ statusCode }) => statusCode).sort(), [200, 404])
    })
  })
})
