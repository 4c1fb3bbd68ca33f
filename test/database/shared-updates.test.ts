import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import type { NewRow, RowChange, SessionDatabase, SessionRow } from '../../src/database/contract/session-database.ts'
import { guarded } from '../../src/database/door/guarded.ts'
import { LARGEST_SHARED_BYTES, SessionRows } from '../../src/database/door/rows.ts'
import { openDatabase } from '../../src/database/open.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { type CountedDatabase, counted } from '../support/counting.ts'
import { storesOn } from '../support/stores.ts'
import { until } from '../support/until.ts'

const NOW = 1_763_636_955_123

function newRow(userId: string | null = null): NewRow {
  const times = { createdAt: NOW, touchedAt: NOW, expiresAt: NOW + 1_000, trimAt: NOW + 5_000 }
  const sid = randomBytes(32)
  return {
    sid,
    data: randomBytes(50),
    version: 1,
    userId,
    keyId: 7,
    ...times,
    endedAt: null,
    endReason: null,
    metadata: null,
    binding: null,
  }
}

function changeOf({ sid, version }: SessionRow, more: Partial<RowChange> = {}): RowChange {
  const times = { now: NOW + 10, touchedAt: NOW + 10, expiresAt: NOW + 2_000, trimAt: NOW + 5_000 }
  return {
    sid,
    version,
    data: randomBytes(50),
    keyId: 7,
    userId: null,
    metadata: null,
    binding: null,
    ...times,
    ...more,
  }
}

forEachDatabase((target) => {
  const suite = storesOn(target)
  let client: CountedDatabase
  let database: SessionDatabase
  let shared: SessionRows

  before(async () => {
    client = counted(suite.database)
    const opened = await openDatabase(target.dialect, client.drizzle as never, 'stored_sessions')
    database = guarded(opened, { request: 5_000, bulk: 30_000 })
    shared = new SessionRows(database, { around: (_sessions, touch) => touch(), onError: assert.fail })
  })
  beforeEach(() => {
    client.statements.length = 0
  })
  after(() => client.close())

  const updates = () => client.statements.filter((statement) => /^\s*update/i.test(statement)).length
  const insertAll = (rows: readonly NewRow[]) => Promise.all(rows.map((row) => database.insert(row)))
  const updateAll = (changes: readonly RowChange[]) => Promise.all(changes.map((change) => shared.update(change)))

  async function stored(sid: Buffer): Promise<SessionRow> {
    const [row] = await database.read([sid])
    if (row) return row
    throw new Error('there is no such row')
  }

  test('updates of one turn of the event loop share one statement, and on SQLite one transaction', async () => {
    const rows = Array.from({ length: 50 }, () => newRow())
    await insertAll(rows)
    const changes = rows.map((row) => changeOf(row))
    client.statements.length = 0
    assert.ok((await updateAll(changes)).every((changed) => changed))
    const kinds = client.statements.map((statement) => statement.trim().toLowerCase().slice(0, 6))
    if (target.dialect === 'pg') assert.deepEqual(kinds, ['update'])
    // What is not as expected is undone, and done again one by one.
    else if (target.dialect === 'mysql') assert.deepEqual(kinds, ['start ', 'update', 'commit'])
    else assert.deepEqual(kinds, ['begin ', ...rows.map(() => 'update'), 'commit'])
    for (const change of changes) {
      const { data, version, expiresAt } = await stored(change.sid)
      assert.deepEqual({ data, version, expiresAt }, { data: change.data, version: 2, expiresAt: change.expiresAt })
    }
  })

  test('of updates that share a statement those fail that lost, ended, are over or have no row', async () => {
    const [won, lost, ended, over, other] = Array.from({ length: 5 }, () => newRow()) as [NewRow, ...NewRow[]] &
      NewRow[]
    await insertAll([won!, lost!, ended!, over!, other!])
    const theirs = changeOf(lost!)
    await database.update(theirs)
    await database.end(ended!.sid, { endedAt: NOW, endReason: 'destroyed', trimAt: NOW })
    const changes = [
      changeOf(won!),
      changeOf(lost!),
      changeOf(ended!),
      changeOf(over!, { now: over!.expiresAt }),
      changeOf(newRow()),
      changeOf(other!),
    ]
    assert.deepEqual(await updateAll(changes), [true, false, false, false, false, true])
    assert.deepEqual((await stored(lost!.sid)).data, theirs.data)
    assert.equal((await stored(ended!.sid)).endReason, 'destroyed')
    assert.deepEqual((await stored(over!.sid)).data, over!.data)
    assert.deepEqual((await stored(other!.sid)).data, changes[5]!.data)
  })

  if (target.dialect === 'mysql') {
    test('an update that loses a race alone is repeated without those that are made already', async () => {
      const [won, lost, racing] = [newRow(), newRow(), newRow()]
      await insertAll([won, lost, racing])
      await database.update(changeOf(lost))
      const pool = client.drizzle.$client as { execute: (statement: { values: unknown[] }) => Promise<unknown> }
      const { execute } = pool
      const done = (sid: Buffer) => until('it is changed', async () => (await stored(sid)).version === 2)
      let races = 0
      pool.execute = async (statement) => {
        const isRacing = statement.values.some((value) => Buffer.isBuffer(value) && racing.sid.equals(value))
        if (!isRacing || races > 0) return execute(statement)
        races++
        await done(won.sid)
        throw Object.assign(new Error('Deadlock found'), { code: 'ER_LOCK_DEADLOCK' })
      }
      const changes = [won, lost, racing].map((row) => changeOf(row))
      const outcomes = await updateAll(changes).finally(() => Object.assign(pool, { execute }))
      assert.deepEqual([outcomes, races], [[true, false, true], 1])
    })
  }

  test('two changes of one row in one turn: one of them is made', async () => {
    const [row, other] = [newRow(), newRow()]
    await insertAll([row, other])
    const changes = [changeOf(row), changeOf(other), changeOf(row)]
    const [first, ofOther, second] = await updateAll(changes)
    assert.deepEqual([first !== second, ofOther], [true, true])
    assert.deepEqual((await stored(row.sid)).data, changes[first ? 0 : 2]!.data)
  })

  test('users of any name, and none, are stored as they are, and keys and hours of trimming too', async () => {
    const names = [
      'ada',
      null,
      `'"\\`,
      'NULL',
      '{a,b}',
      '',
      '\\x41',
      ' ada ',
      'Ünïcödé 🎩',
      'line\nbreak',
      'a'.repeat(255),
    ]
    const rows = names.map(() => newRow('grace'))
    await insertAll(rows)
    const changes = names.map((userId, n) => changeOf(rows[n]!, { userId, keyId: 2 ** 32 - 1 - n, trimAt: NOW + n }))
    assert.ok((await updateAll(changes)).every((changed) => changed))
    const columns = await suite.database.query('SELECT sid, user_id, key_id, trim_at FROM stored_sessions')
    for (const { sid, userId, keyId, trimAt } of changes) {
      const row = columns.find((one) => sid.equals(one.sid as Uint8Array))!
      assert.deepEqual([row.user_id, Number(row.key_id), Number(row.trim_at)], [userId, keyId, trimAt])
    }
  })

  test('payloads of any size come back as they were, those too large for one statement in several', async () => {
    const most = LARGEST_SHARED_BYTES
    const sizes = [1, 100, 255, 256, ...Array(40).fill(most), most + 1, 65_535, 65_536, 300_000, 1_048_576, 40, most]
    const rows = sizes.map(() => newRow())
    await insertAll(rows)
    const changes = rows.map((row, n) => changeOf(row, { data: randomBytes(sizes[n]!) }))
    client.statements.length = 0
    assert.ok((await updateAll(changes)).every((changed) => changed))
    assert.ok(updates() > 1)
    for (const { sid, data } of changes) assert.ok(data.equals((await stored(sid)).data), `${data.length} bytes`)
  })
})
