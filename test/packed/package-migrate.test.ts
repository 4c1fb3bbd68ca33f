import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { type Dialect, forEachDatabase } from '../harness/databases.ts'
import { drizzleKit } from '../migrating/drizzle-kit.ts'
import { consumer } from './consumer.ts'
import { packed, run } from './package.ts'
import { pageProgram, pagePrograms } from './schemas.ts'

const CONFIGURATION = 'node_modules/stored-session/drizzle.config.ts'
const DRIVERS = ['better-sqlite3', 'mysql2', 'postgres']

let packageFolder: string

before(async () => {
  packageFolder = (await packed()).folder
})

forEachDatabase((target) => {
  test('the command that the missing table asks for makes it, from a project that uses the package', async () => {
    const project = consumer(packageFolder, DRIVERS)
    const database = await target.create()
    const start = () => run(process.execPath, ['esm.mjs', database.url, 'false'], { cwd: project })
    const { stderr } = await start().catch((failure) => failure)
    assert.match(stderr, /FST_STORED_SESSION_MISSING_TABLE/)
    const [, command] = /DATABASE_URL=… npx (stored-session migrate) /.exec(stderr)!
    const env = { ...process.env, DATABASE_URL: database.url }
    const { stdout } = await run('npx', ['--no-install', ...command!.split(' ')], { cwd: project, env })
    assert.match(stdout, /^0000_create_stored_sessions\n/)
    // With the same journal, drizzle-kit finds nothing left to do.
    await drizzleKit(project, ['migrate', '--config', CONFIGURATION], { DATABASE_URL: database.url })
    assert.equal((await start()).stdout, 'signed in: ada\n')
    await database.drop()
  })

  test('the tables are generated and migrated with those of the application, and hold sessions', async () => {
    const project = consumer(packageFolder, [...DRIVERS, 'drizzle-kit', 'tsx'])
    for (const file of Object.keys(pagePrograms)) write(project, file, pageProgram(file, target.dialect))
    write(project, 'both.ts', "export * from './schema.ts'\nexport * from './auth-schema.ts'\n")
    write(
      project,
      'drizzle.config.ts',
      pageProgram('drizzle.config.ts', target.dialect).replace('schema.ts', 'both.ts'),
    )
    const database = await target.create()
    const env = { DATABASE_URL: database.url }
    await drizzleKit(project, ['generate'], env)
    await drizzleKit(project, ['migrate'], env)
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'own-tables.ts'], {
      cwd: project,
      env: { ...process.env, ...env, SESSION_SECRET: 'a secret of well over thirty-two characters' },
    })
    assert.equal(stdout, `page: ada\nweb_sessions: ada\n${ownName(target.dialect)}: ada\n`)
    const generated = readdirSync(join(project, 'migrations')).filter((name) => name.endsWith('.sql'))
    assert.equal(generated.length, 1)
    const sql = readFileSync(join(project, 'migrations', generated[0]!), 'utf8')
    for (const name of [
      'users',
      'web_sessions',
      'web_sessions_keys',
      'web_sessions_events',
      'sessions_keys',
      'sessions_events',
      'account',
      'note',
    ])
      assert.match(sql, new RegExp(`${name}["\`]`), name)
    await database.drop()
  })
})

const ownName = (dialect: Dialect) => (dialect === 'pg' ? 'auth.sessions' : 'auth_sessions')

const write = (project: string, file: string, code: string) => writeFileSync(join(project, file), code)
