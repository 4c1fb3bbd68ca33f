import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { rowOf } from '../support/rows.ts'
import { startTransitServer, type TransitServer } from '../support/transit-server.ts'
import { until } from '../support/until.ts'
import { twoProcesses } from '../two-processes/child-process.ts'

const processes = twoProcesses()
let transit: TransitServer

before(async () => {
  transit = await startTransitServer()
})

after(async () => {
  await transit.close()
})

forEachDatabase((target) => {
  let database: TestDatabase
  before(async () => {
    database = await target.create()
    // The table of keys is there, and empty.
    await processes[0]!.open(database.url)
    await processes[0]!.do('close')
    transit.calls.length = 0
  })
  after(async () => {
    await Promise.all(processes.map((process) => process.do('close')))
    await database.drop()
  })

  const saveInEach = () => Promise.all(processes.map((process) => process.do('saveNew', 'ada')))

  test('two processes that make the first key at once both work, and go on with the same of the two', async () => {
    transit.hold()
    const { address, token } = transit
    const opening = processes.map((process) => process.do('openWrapped', database.url, { address, token }))
    // Neither has seen a key of the other when both have theirs wrapped.
    await until('both have asked', () => transit.calls.length === 2)
    transit.letGo()
    await Promise.all(opening)
    const keys = await database.query('SELECT id FROM stored_sessions_keys ORDER BY created_at DESC, id DESC')
    assert.equal(keys.length, 2)

    // Whoever did not see the newer key yet learns it with the first session that it sealed.
    const first = await saveInEach()
    for (const process of processes) {
      for (const { id } of first) assert.equal((await process.do('load', id))?.userId, 'ada')
    }
    for (const { id } of await saveInEach()) {
      const { data } = (await rowOf(database, id))!
      assert.equal(data.readUInt32BE(1), Number(keys[0]!.id))
    }
  })
})
