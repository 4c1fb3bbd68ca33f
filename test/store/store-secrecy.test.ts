import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase } from '../harness/databases.ts'
import { rowOf, sidOf, storedRow } from '../support/rows.ts'
import { destroy, load, loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret, storesOn } from '../support/stores.ts'

const SEAL_BYTES = 37

/** Forms in which a secret could lie in a database. */
function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  return [text, bytes.toString('hex'), bytes.toString('base64'), text.slice(0, 16), text.slice(-16)]
}

forEachDatabase((target) => {
  const suite = storesOn(target)

  test('a row is found under the SHA-256 of the session id', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    assert.deepEqual((await storedRow(suite.database, id)).sid, sidOf(id))
  })

  test('the session id, the content and the secret are nowhere in the database', async () => {
    const [alive, ended, never] = [newId(), newId(), newId()]
    const content = 'the quick brown fox jumps over it'
    for (const id of [alive, ended]) await save(suite.store, id, newSession({ content }))
    const session = await loaded(suite.store, alive)
    session.more = [content]
    await save(suite.store, alive, session)
    await destroy(suite.store, ended)
    await destroy(suite.store, never)
    await load(suite.store, newId())
    const dump = await suite.database.dump()
    assert.ok(dump.includes(sidOf(alive)) && dump.includes(sidOf(ended)))
    for (const hidden of [alive, ended, never, content, secret].flatMap(formsOf)) {
      assert.ok(!dump.includes(hidden), 'the dump must not hold a secret')
    }
  })

  test('a sid from the database is not an id that opens a session', async () => {
    const id = newId()
    await save(suite.store, id, newSession({ n: 1 }))
    const sid = sidOf(id)
    const hex = sid.toString('hex')
    for (const stolen of [hex, hex.toUpperCase(), `2::${hex}`, sid.toString('base64url'), sid.toString('base64')]) {
      assert.equal(await load(suite.store, stolen), null)
      assert.equal(await rowOf(suite.database, stolen), undefined)
    }
  })

  test('one content sealed twice yields different bytes of the same length', async () => {
    const [one, other] = [newId(), newId()]
    for (const id of [one, other]) await save(suite.store, id, newSession({ note: 'x'.repeat(100) }))
    const [first, second] = [await storedRow(suite.database, one), await storedRow(suite.database, other)]
    assert.equal(first.data.length, second.data.length)
    assert.ok(first.data.length > 100 + SEAL_BYTES)
    for (let at = 5; at + 16 <= first.data.length; at++) {
      assert.ok(!second.data.includes(first.data.subarray(at, at + 16)))
    }
  })

  test('going back to a former content yields new bytes', async () => {
    const id = newId()
    const session = newSession({ note: 'as before' })
    const payloads: Buffer[] = []
    for (const note of ['as before', 'changed', 'as before']) {
      session.note = note
      await save(suite.store, id, session)
      payloads.push((await storedRow(suite.database, id)).data)
    }
    assert.equal(new Set(payloads.map((payload) => payload.toString('hex'))).size, 3)
    assert.notDeepEqual(payloads[0]!.subarray(5, 21), payloads[2]!.subarray(5, 21))
  })
})
