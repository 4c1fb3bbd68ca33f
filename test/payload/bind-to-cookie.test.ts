import assert from 'node:assert/strict'
import { test } from 'node:test'
import { staticKeys } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { namedKey } from '../keys/named-key.ts'
import { appSuite } from '../support/app-suite.ts'
import { allRows, setColumn, sidOf, storedRow } from '../support/rows.ts'
import { contentOf, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, storesOn } from '../support/stores.ts'
import { signIn } from '../support/visitor.ts'
import { codecOf } from './codecs.ts'

const keys = staticKeys([namedKey('stolen')])
const ROWS = 60

forEachDatabase((target) => {
  const suite = storesOn(target, { keys, bindToCookie: true })

  /** The rows that whoever has the database and the keys can open. */
  async function opened(idOf: (sid: Buffer) => string | undefined): Promise<number> {
    const codecs = [true, false].map((bindToCookie) => codecOf(keys, 'stored_sessions', undefined, { bindToCookie }))
    let count = 0
    for (const row of await allRows(suite.database)) {
      for (const codec of codecs) {
        try {
          await codec.open({ ...row, id: idOf(row.sid) }, row.data)
          count++
        } catch {}
      }
    }
    return count
  }

  test('the database and the keys without cookies open none of the rows, and with the cookies all', async () => {
    const ids = new Map(
      Array.from({ length: ROWS }, () => {
        const id = newId()
        return [sidOf(id).toString('hex'), id]
      }),
    )
    for (const [n, id] of [...ids.values()].entries()) await save(suite.store, id, newSession({ n }))
    const others = [...ids.values()].reverse()
    assert.equal((await allRows(suite.database)).length, ROWS)
    assert.equal(await opened(() => undefined), 0)
    assert.equal(await opened((sid) => sid.toString('hex')), 0)
    assert.equal(await opened((sid) => `2::${sid.toString('hex')}`), 0)
    assert.equal(await opened((sid) => others.find((id) => id !== ids.get(sid.toString('hex')))), 0)
    assert.equal(await opened((sid) => ids.get(sid.toString('hex'))), ROWS)
  })

  test('sessions are read, changed and merged like any others', async () => {
    const id = newId()
    const another = await suite.another()
    await save(suite.store, id, newSession({ n: 1 }))
    const [one, other] = [await loaded(suite.store, id), await loaded(another, id)]
    one.a = 1
    other.b = 2
    await Promise.all([save(suite.store, id, one), save(another, id, other)])
    assert.deepEqual(contentOf(await loaded(suite.store, id)), { n: 1, a: 1, b: 2 })
  })

  test('a payload moved into the row of another session does not open with that one’s cookie', async () => {
    const [victim, attacker] = [newId(), newId()]
    await save(suite.store, victim, newSession({ userId: 'ada' }))
    const { data, createdAt } = await storedRow(suite.database, victim)
    await save(suite.store, attacker, newSession({ userId: 'grace' }))
    await setColumn(suite.database, attacker, 'data', data)
    await setColumn(suite.database, attacker, 'created_at', createdAt)
    assert.equal(await load(suite.store, attacker), null)
  })

  test('rows from before it was turned on do not open, and none of its own once it is off', async () => {
    const [bound, free] = [newId(), newId()]
    const off = await suite.another({ bindToCookie: false })
    await save(suite.store, bound, newSession({ n: 1 }))
    await save(off, free, newSession({ n: 2 }))
    for (const [store, id] of [
      [off, bound],
      [suite.store, free],
    ] as const) {
      const reasons: string[] = []
      store.events.on('unreadable', ({ reason }) => reasons.push(reason))
      assert.equal(await load(store, id), null)
      assert.deepEqual(reasons, ['not authentic'])
    }
  })

  test('reencryption is refused, and says why', async () => {
    await assert.rejects(suite.store.reencrypt(), {
      code: 'FST_STORED_SESSION_INVALID_OPTIONS',
      message:
        /reencrypt\(\) cannot be combined with bindToCookie, because no session can be decrypted without its cookie; keep the old key until its sessions have ended/,
    })
  })

  test('old keys retire by saves: a row opens under the retired key, and its next change takes the new one', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const rotated = await suite.another({ keys: staticKeys([namedKey('fresh'), namedKey('stolen')]) })
    const session = await loaded(rotated, id)
    session.n = 2
    await save(rotated, id, session)
    const alone = await suite.another({ keys: staticKeys([namedKey('fresh')]) })
    assert.equal((await loaded(alone, id)).n, 2)
  })
})

forEachDatabase((target) => {
  const suite = appSuite(target)

  test('a visitor signs in, changes the session and signs out as without it', async () => {
    const ada = await signIn(await suite.open({ options: { keys, bindToCookie: true } }))
    await ada.post('/change', { n: 1 })
    assert.deepEqual(await ada.me(), { userId: 'ada', n: 1 })
    await ada.post('/logout')
    assert.deepEqual(await ada.me(), { endReason: 'destroyed' })
  })
})
