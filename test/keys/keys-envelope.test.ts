import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forEachDatabase } from '../harness/databases.ts'
import { load, loaded, newSession, save } from '../support/sessions.ts'
import { newId } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { type EnvelopeStores, envelopeStoresOn, withClock } from './envelopes.ts'

const HOUR_MS = 3_600_000
const LONG = { idleTimeout: '9d' } as const

const works = ({ transit }: EnvelopeStores) => transit.calls.map(({ work }) => work)

async function sealedBy({ database }: EnvelopeStores): Promise<number[]> {
  const rows = await database.query('SELECT DISTINCT key_id FROM stored_sessions')
  return rows.map(({ key_id }) => Number(key_id))
}

forEachDatabase((target) => {
  describe('keys that a key service wraps', () => {
    const suite = envelopeStoresOn(target)

    test('are asked for once for each key and process, by however many requests', async () => {
      const store = await suite.open({}, { warnKeyAge: false })
      const ids = Array.from({ length: 20 }, newId)
      await Promise.all(ids.map((id) => save(store, id, newSession({ user: 'ada' }))))
      assert.deepEqual(works(suite), ['encrypt', 'decrypt'])
      suite.transit.calls.length = 0
      const other = await suite.open({}, { warnKeyAge: false })
      const sessions = await Promise.all(ids.map((id) => loaded(other, id)))
      assert.equal(
        sessions.every(({ user }) => user === 'ada'),
        true,
      )
      await save(other, newId(), newSession())
      assert.deepEqual(works(suite), ['decrypt'])
      assert.equal((await suite.keyIds()).length, 1)
    })

    test('are bound to their id and to the table', async () => {
      const store = await suite.open()
      await save(store, newId(), newSession())
      const [id] = await suite.keyIds()
      assert.deepEqual(
        new Set(suite.transit.calls.map(({ associatedData }) => associatedData)),
        new Set([`stored-session/stored_sessions/${id}`]),
      )
      const stranger = await suite.open({}, { namespace: 'other', warnKeyAge: false })
      await assert.rejects(save(stranger, newId(), newSession()), { statusCode: 503 })
    })

    test('are stored in no other form than wrapped', async () => {
      const store = await suite.open()
      await save(store, newId(), newSession({ word: 'xylophone' }))
      const rows = await suite.database.query('SELECT wrapped FROM stored_sessions_keys')
      for (const { wrapped } of rows) assert.match(Buffer.from(wrapped as Uint8Array).toString(), /^vault:v1:/)
    })

    test('rotate: the next is made in the background before the day is over, and the former still opens', async () => {
      await withClock(async (advance) => {
        const store = await suite.open({}, LONG)
        const id = newId()
        await save(store, id, newSession({ user: 'ada' }))
        advance(21 * HOUR_MS)
        await save(store, newId(), newSession())
        assert.equal((await sealedBy(suite)).length, 1)
        await until('there is a second key', async () => (await suite.keyIds()).length === 2)
        await until('it seals', async () => {
          await save(store, newId(), newSession())
          return (await sealedBy(suite)).length === 2
        })
        const other = await suite.open({}, LONG)
        assert.equal((await loaded(other, id)).user, 'ada')
        assert.equal((await suite.keyIds()).length, 2)
      })
    })

    test('never seal for longer than a day, also where nobody came by meanwhile', async () => {
      await withClock(async (advance) => {
        const store = await suite.open({}, LONG)
        await save(store, newId(), newSession())
        const [first] = await sealedBy(suite)
        await suite.database.query('DELETE FROM stored_sessions')
        advance(24 * HOUR_MS)
        await save(store, newId(), newSession())
        assert.equal((await sealedBy(suite)).includes(first!), false)
      })
    })

    test('rotate after so many seals', async () => {
      const store = await suite.open({ rotateAfter: 5 }, { warnKeyAge: false })
      for (let i = 0; i < 20; i++) await save(store, newId(), newSession())
      const rows = await suite.database.query('SELECT count(*) AS sealed FROM stored_sessions GROUP BY key_id')
      assert.equal(rows.length >= 4, true)
      assert.equal(Math.max(...rows.map(({ sealed }) => Number(sealed))) <= 5, true)
    })

    test('that are older than any session go with the last row that they sealed', async () => {
      await withClock(async (advance) => {
        const store = await suite.open({}, LONG)
        const id = newId()
        await save(store, id, newSession())
        const [first] = await suite.keyIds()
        for (let day = 0; day < 4; day++) {
          advance(24 * HOUR_MS)
          await save(store, newId(), newSession())
        }
        assert.equal((await suite.keyIds()).includes(first!), true)
        await suite.database.query(`DELETE FROM stored_sessions WHERE key_id = ${first}`)
        advance(24 * HOUR_MS)
        await save(store, newId(), newSession())
        await until('it is gone', async () => !(await suite.keyIds()).includes(first!))
        assert.equal((await suite.keyIds()).length >= 3, true)
      })
    })

    test('that several processes make at once all open, and the newest seals', async () => {
      const stores = await Promise.all([1, 2, 3, 4].map(() => suite.open({}, { warnKeyAge: false })))
      const ids = stores.map(newId)
      await Promise.all(stores.map((store, index) => save(store, ids[index]!, newSession({ index }))))
      for (const store of stores) {
        for (const [index, id] of ids.entries()) assert.equal((await loaded(store, id)).index, index)
      }
      await suite.database.query('DELETE FROM stored_sessions')
      for (const store of stores) await save(store, newId(), newSession())
      assert.deepEqual(await sealedBy(suite), (await suite.keyIds()).slice(-1))
    })

    test('that another process made are learned when their first row is read', async () => {
      await withClock(async (advance) => {
        const [one, other] = [await suite.open({}, LONG), await suite.open({}, LONG)]
        await save(one, newId(), newSession())
        advance(24 * HOUR_MS)
        const id = newId()
        await save(one, id, newSession({ user: 'ada' }))
        suite.transit.calls.length = 0
        const sessions = await Promise.all(Array.from({ length: 20 }, () => loaded(other, id)))
        assert.equal(
          sessions.every(({ user }) => user === 'ada'),
          true,
        )
        assert.deepEqual(works(suite), ['decrypt'])
      })
    })

    test('that are not in the table are no keys: their sessions are unreadable, and nobody is locked out', async () => {
      const store = await suite.open()
      const id = newId()
      await save(store, id, newSession())
      await suite.database.query('DELETE FROM stored_sessions_keys')
      const other = await suite.open()
      const reasons: string[] = []
      other.events.on('unreadable', ({ reason }) => reasons.push(reason))
      assert.equal(await load(other, id), null)
      assert.deepEqual(reasons, ['unknown key'])
      await save(other, newId(), newSession())
    })

    test('seal again what other keys sealed', async () => {
      const store = await suite.open({ rotateAfter: 1 }, { warnKeyAge: false })
      const ids = [newId(), newId(), newId()]
      for (const id of ids) await save(store, id, newSession({ id }))
      const { reencrypted } = await (await suite.open()).reencrypt()
      assert.equal(reencrypted, 2)
      for (const id of ids) assert.equal((await loaded(store, id)).id, id)
    })
  })

  describe('a table under another name', () => {
    const suite = envelopeStoresOn(target)

    test('has its keys beside it, and those of others do not open there', async () => {
      const [store, named] = [await suite.open(), await suite.open({}, { table: 'we"ird `t`' })]
      for (const one of [store, named]) {
        const id = newId()
        await save(one, id, newSession({ user: 'ada' }))
        assert.equal((await loaded(one, id)).user, 'ada')
      }
      const quote = target.dialect === 'mysql' ? '`we"ird ``t``_keys`' : '"we""ird `t`_keys"'
      assert.equal((await suite.database.query(`SELECT id FROM ${quote}`)).length, 1)
      assert.equal((await suite.keyIds()).length, 1)
    })
  })
})
