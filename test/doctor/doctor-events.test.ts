import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dialect, forEachDatabase } from '../harness/databases.ts'
import { migrated } from '../migrating/migrated.ts'
import { findingsOf, ofCheck, runSql, theOne, wrongIn } from './findings.ts'

const EVENTS = 'stored_sessions_events'
const WITH_HISTORY = { history: true }

const dropIndex = (dialect: Dialect, word: string) =>
  `DROP INDEX ${EVENTS}_${word}${dialect === 'mysql' ? ` ON ${EVENTS}` : ''}`

forEachDatabase((target) => {
  const { dialect } = target

  test('a missing table of events is a fault with the option history, and a remark without', async () => {
    const database = await migrated(target)
    assert.doesNotMatch(theOne(await findingsOf(database), 'schema').message, /history/)
    await database.query(`DROP TABLE ${EVENTS}`)
    const remark = theOne(await findingsOf(database), 'schema')
    assert.equal(remark.level, 'ok')
    assert.match(remark.message, /; .stored_sessions_events. for the option history is missing$/)
    const found = theOne(await findingsOf(database, WITH_HISTORY), 'schema')
    assert.equal(found.level, 'fault')
    assert.match(found.message, /the table .stored_sessions_events. is missing, although the migrations were applied/)
    assert.equal(theOne(await findingsOf(database, WITH_HISTORY), 'writing').level, 'skipped')
    await runSql(database, found.sql!)
    assert.equal(theOne(await findingsOf(database, WITH_HISTORY), 'schema').level, 'ok')
    assert.deepEqual(wrongIn(await findingsOf(database)), [])
    await database.drop()
  })

  test('what happens to columns and indexes of the table of events is named, and the SQL beside it repairs it', async () => {
    const database = await migrated(target)
    const accidents: [sql: string[], said: string[]][] = [
      [[dropIndex(dialect, 'by_user')], ['the index on "user_id", "at']],
      [
        [dropIndex(dialect, 'by_time'), dropIndex(dialect, 'by_key')],
        ['the index on "at', 'the index on "key_id"'],
      ],
      [
        [dropIndex(dialect, 'by_key'), `ALTER TABLE ${EVENTS} DROP COLUMN key_id`],
        ['the column "key_id" is missing', 'the index on "key_id" is missing'],
      ],
      [[`ALTER TABLE ${EVENTS} ADD place int NOT NULL DEFAULT 1`], []],
      [[`ALTER TABLE ${EVENTS} DROP COLUMN data`], ['the column "data" is missing']],
    ]
    for (const [sql, said] of accidents) {
      await runSql(database, sql)
      for (const [options, level] of [
        [WITH_HISTORY, 'fault'],
        [{}, 'warning'],
      ] as const) {
        const found = theOne(await findingsOf(database, options), 'schema')
        assert.equal(found.level, said.length > 0 ? level : 'ok', found.message)
        for (const part of said) assert.ok(found.message.includes(part), `${part}: ${found.message}`)
        if (level === 'warning' && said.length > 0) assert.match(found.message, /only the option history needs it/)
      }
      const { sql: repair = [], remedy = '' } = theOne(await findingsOf(database, WITH_HISTORY), 'schema')
      assert.equal(
        /They delete all events/.test(remedy),
        sql.some((one) => one.endsWith('DROP COLUMN data')),
      )
      assert.doesNotMatch(remedy, /all users sign in again/)
      await runSql(database, repair)
      assert.equal(theOne(await findingsOf(database, WITH_HISTORY), 'schema').level, 'ok')
    }
    await database.drop()
  })

  if (target.dialect !== 'sqlite') {
    test('a column without a default, and an account that may not write events, are faults', async () => {
      const database = await migrated(target)
      await runSql(database, [
        `ALTER TABLE ${EVENTS} ADD place int NOT NULL DEFAULT 1`,
        `ALTER TABLE ${EVENTS} ALTER place DROP DEFAULT`,
      ])
      const obstacle = theOne(await findingsOf(database, WITH_HISTORY), 'schema')
      assert.match(obstacle.message, /the column "place" is required and has no default/)
      await runSql(database, obstacle.sql!)
      const account = await accountThatReads(database.url, (sql) => database.query(sql), dialect)
      for (const [options, level] of [
        [{}, 'ok'],
        [WITH_HISTORY, 'fault'],
      ] as const) {
        const found = theOne(await findingsOf({ url: account.url }, options), 'writing')
        assert.equal(found.level, level, found.message)
        if (level === 'ok') continue
        assert.match(found.message, /^INSERT, DELETE are refused: /)
        assert.match(found.remedy!, /GRANT SELECT, INSERT, UPDATE, DELETE ON .stored_sessions_events. TO/)
      }
      assert.deepEqual(ofCheck(await findingsOf({ url: account.url }), 'writing').length, 1)
      await account.drop()
      await database.drop()
    })
  }
})

/** An account that may do everything with sessions, and read and update events. */
async function accountThatReads(address: string, run: (sql: string) => Promise<unknown>, dialect: Dialect) {
  const url = new URL(address)
  const name = `events_${url.pathname.slice(-12)}`
  const schema = url.pathname.slice(1)
  url.username = name
  url.password = 'weak'
  const isPg = dialect === 'pg'
  const account = isPg ? name : `'${name}'@'%'`
  const place = (table: string) => (isPg ? table : `\`${schema}\`.${table}`)
  await run(isPg ? `create role ${name} login password 'weak'` : `create user ${account} identified by 'weak'`)
  await run(`grant select, insert, update, delete on ${place('stored_sessions')} to ${account}`)
  await run(`grant select, update on ${place(EVENTS)} to ${account}`)
  await run(`grant select on ${place('stored_sessions_keys')} to ${account}`)
  await run(`grant select on ${place('stored_sessions_migrations')} to ${account}`)
  const drop = async () => {
    if (isPg) await run(`drop owned by ${name}`)
    await run(isPg ? `drop role ${name}` : `drop user ${account}`)
  }
  return { url: url.href, drop }
}
