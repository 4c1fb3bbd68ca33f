import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { type DatabaseTarget, forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { migrated } from '../migrating/migrated.ts'
import { userAfterSignIn } from '../migrating/sign-in.ts'
import { journalOf, schemaOf, tablesOf } from '../migrating/table-schema.ts'
import { launchProgram } from '../support/child-program.ts'

const PROCESSES = 8
/** A race is lost only sometimes. */
const ROUNDS = 3

const processes: ChildProcess[] = []

before(async () => {
  const program = new URL('../migrating/migrating-process.ts', import.meta.url)
  processes.push(...(await Promise.all(Array.from({ length: PROCESSES }, () => launchProgram(program)))))
})

after(() => {
  for (const process of processes) process.kill()
})

forEachDatabase((target) => {
  test('eight processes that migrate one empty database at once make one schema', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const database = await target.create()
      await migrateInAll(database)
      await assertMigratedOnce(database, target)
      await database.drop()
    }
  })

  if (target.dialect !== 'pg') return

  test('eight processes migrate at once under any default isolation', async () => {
    for (const isolation of ['repeatable read', 'serializable']) {
      const database = await target.create()
      const name = new URL(database.url).pathname.slice(1)
      await database.query(`alter database ${name} set default_transaction_isolation = '${isolation}'`)
      await migrateInAll(database)
      await assertMigratedOnce(database, target)
      await database.drop()
    }
  })
})

async function migrateInAll({ url }: TestDatabase): Promise<void> {
  const answers = processes.map(async (process) => {
    process.send(url)
    const [{ failure }] = await once(process, 'message')
    return failure
  })
  assert.deepEqual(await Promise.all(answers), Array(PROCESSES).fill(''))
}

async function assertMigratedOnce(database: TestDatabase, target: DatabaseTarget): Promise<void> {
  const alone = await migrated(target)
  const suffixes = ['', '_events', '_keys', '_migrations']
  assert.deepEqual(
    await tablesOf(database),
    suffixes.map((suffix) => `stored_sessions${suffix}`),
  )
  assert.deepEqual(await schemaOf(database), await schemaOf(alone))
  assert.deepEqual(await journalOf(database), await journalOf(alone))
  assert.equal(await userAfterSignIn({ database: database.url, migrate: false }), 'ada')
  await alone.drop()
}
