import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../../harness/databases.ts'
import { allRows, rowOf } from '../../support/rows.ts'
import { newId } from '../../support/stores.ts'
import { Requests } from '../../torture/requests.ts'
import { twoProcesses } from '../../two-processes/child-process.ts'

/** Saves of each process into one session; TWO_PROCESSES_SAVES asks for more. */
const SAVES = Number(process.env.TWO_PROCESSES_SAVES || 250)
const FIRST_SAVES = 500
const HOUR_MS = 3_600_000

const [one, other] = twoProcesses()

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    database = await target.create()
    await one.open(database.url)
    await other.open(database.url)
  })
  after(async () => {
    await Promise.all([one.do('close'), other.do('close')])
    await database.drop()
  })

  test('every save that two processes were told is stored is there in the end', async (t) => {
    const { id } = await one.do('saveNew', 'ada')
    const begun = performance.now()
    const acknowledged = await Promise.all([
      one.do('saveKeys', id, 'one', SAVES),
      other.do('saveKeys', id, 'other', SAVES),
    ])
    t.diagnostic(`2 x ${SAVES} saves in ${Math.round(performance.now() - begun)} ms`)
    assert.deepEqual(await one.do('load', id), { userId: 'ada', ...acknowledged[0], ...acknowledged[1] })
    assert.equal((await rowOf(database, id))?.version, 1 + 2 * SAVES)
  })

  test('every update of two processes counts once', async (t) => {
    const { id } = await one.do('saveNew', 'ada')
    const begun = performance.now()
    const results = await Promise.all([one.do('countUp', id, SAVES), other.do('countUp', id, SAVES)])
    t.diagnostic(`2 x ${SAVES} updates in ${Math.round(performance.now() - begun)} ms`)
    assert.deepEqual(await one.do('load', id), { userId: 'ada', n: 2 * SAVES })
    assert.equal(Math.max(...results), 2 * SAVES)
    assert.equal((await rowOf(database, id))?.version, 1 + 2 * SAVES)
  })

  test('500 first saves of one id at once, in two processes, make one row with all of them', async () => {
    const id = newId()
    const before = (await allRows(database)).length
    await Promise.all([one, other].map((each, index) => each.do('firstSaves', id, `p${index}_`, FIRST_SAVES / 2)))
    assert.equal((await allRows(database)).length, before + 1)
    assert.equal(Object.keys((await other.do('load', id)) ?? {}).length, FIRST_SAVES)
  })

  test('revoking ends every session that there was, during sign-ins and saves in two processes', async () => {
    const sessions = await one.do('saveNewAtOnce', 'grace', 100)
    const ids = sessions.map(({ id }) => id)
    const [begun, ...signedIn] = await Promise.all([
      one.do('revoke', 'grace'),
      one.do('saveNewAtOnce', 'grace', 50),
      other.do('saveNewAtOnce', 'grace', 50),
      one.do('keep', ids.slice(0, 50)),
      other.do('keep', ids),
    ])
    const early = signedIn.flatMap((list) => list ?? []).filter(({ at }) => at < begun)
    const over = [...ids, ...early.map(({ id }) => id)]
    assert.deepEqual(await one.do('present', over), [])
    assert.deepEqual(await other.do('present', over), [])
  })

  test('a process that trims without pause, its clock an hour ahead, removes no session that another keeps', async () => {
    const live = (await other.do('saveNewAtOnce', 'ada', 50)).map(({ id }) => id)
    await one.do('setClock', -5 * HOUR_MS)
    const past = (await one.do('saveNewAtOnce', 'ada', 200)).map(({ id }) => id)
    await one.do('setClock', HOUR_MS)
    const trimming = one.do('trim')
    for (let round = 0; round < 5; round++) await other.do('keep', live)
    await one.do('stopTrimming')
    await one.do('setClock', 0)
    assert.ok((await trimming) >= past.length)
    assert.deepEqual(await other.do('present', live), live)
    assert.deepEqual(await other.do('present', past), [])
  })

  for (const rolling of [true, false]) {
    for (const change of [{}, { changed: 1 }]) {
      const name = `rolling ${rolling ? 'on' : 'off'}, ${'changed' in change ? 'changed' : 'only read'}`
      test(`a slow request in one process does not revive what another logs out: ${name}`, async () => {
        await Promise.all([one.do('close'), other.do('close')])
        await Promise.all([one.open(database.url, rolling), other.open(database.url, rolling)])
        await logOutMeanwhile(change)
      })
    }
  }
})

async function logOutMeanwhile(change: object): Promise<void> {
  const here = new Requests([one.port])
  const there = new Requests([other.port])
  const { cookie, body } = await here.send('POST', '/login')
  assert.ok(cookie)
  const slow = here.send('POST', '/slow', cookie, change)
  await one.do('handlerEntered')
  const loggedOut = await there.send('POST', '/logout', cookie)
  assert.equal(loggedOut.status, 200)
  await one.do('letHandlerGo')
  const answer = await slow
  assert.equal(answer.status, 200)
  assert.equal(answer.body.userId, 'ada')
  for (const requests of [here, there]) {
    const { body: seen } = await requests.send('GET', '/me', cookie)
    assert.equal(seen.userId, undefined)
    assert.equal(seen.endReason, 'destroyed')
    requests.close()
  }
  assert.deepEqual(await other.do('present', [String(body.id)]), [])
}
