import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { forEachDatabase } from './harness/databases.ts'
import { drizzleKit } from './migrating/drizzle-kit.ts'
import { consumer } from './packed/consumer.ts'
import { packed, run } from './packed/package.ts'

let project: string

before(async () => {
  project = consumer((await packed()).folder, ['better-sqlite3', 'mysql2', 'postgres'])
})

forEachDatabase((target) => {
  test('the command that the missing table asks for makes it, from a project that uses the package', async () => {
    const database = await target.create()
    const start = () => run(process.execPath, ['esm.mjs', database.url, 'false'], { cwd: project })
    const { stderr } = await start().catch((failure) => failure)
    assert.match(stderr, /FST_STORED_SESSION_MISSING_TABLE/)
    const [, command] = /DATABASE_URL=… npx drizzle-kit (migrate --config \S+)/.exec(stderr)!
    await drizzleKit(project, command!.split(' '), { DATABASE_URL: database.url })
    assert.equal((await start()).stdout, 'signed in: ada\n')
    await database.drop()
  })
})
