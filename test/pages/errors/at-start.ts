import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import Fastify from 'fastify'
import { checkMysqlSettings } from '../../../src/database/mysql/check-settings.ts'
import { inSearchPath } from '../../../src/database/pg/migrate.ts'
import { loadDriver } from '../../../src/database/sql/load-driver.ts'
import { missingTable } from '../../../src/database/sql/missing-table.ts'
import { fileCheck } from '../../../src/database/sqlite/same-file.ts'
import { envKeys, staticKeys, storedSession } from '../../../src/index.ts'
import { roundTrip } from '../../../src/store/round-trip.ts'
import { memoryStorage } from '../../../src/testing/index.ts'
import { freePort } from '../../harness/free-port.ts'
import { temporaryFolder } from '../../harness/temporary-folder.ts'
import { secret } from '../../support/stores.ts'
import { type Failure, failureOf, failuresOf, type Produce } from './failure.ts'

const MEMORY = 'sqlite::memory:'

/** Registers the plugin with these options. */
async function start(options: object): Promise<void> {
  const app = Fastify()
  try {
    await app.register(storedSession, options as never)
  } finally {
    await app.close()
  }
}

/** Runs something with the path of a SQLite file that nobody has made yet. */
async function withFile<Result>(run: (path: string) => Promise<Result>): Promise<Result> {
  const folder = temporaryFolder('errors')
  try {
    return await run(join(folder, 'sessions.db'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const withTable = (path: string, statement: string) => new Database(path).exec(statement).close()

const invalidOptions: Produce = () =>
  failuresOf(
    () => start({ database: MEMORY, secret, idleTimout: '15m', maxBytes: '1 MB' }),
    () => start({ database: MEMORY }),
    () => start({ database: MEMORY, secret, idleTimeout: '2 hours' }),
  )

const invalidKey: Produce = () =>
  failuresOf(
    () => staticKeys([{ id: '2026-11', key: 'c2hvcnQ=' }]),
    () => envKeys(),
    () => staticKeys(['2026-11', '2026-08'].map((id) => ({ id, key: Buffer.from(secret).subarray(0, 32) }))),
  )

const missingDriver: Produce = () =>
  failuresOf(
    () => loadDriver('PostgreSQL', 'postgres', () => import('./no-such-driver.ts' as string)),
    () => loadDriver('Redis', 'ioredis', () => import('./no-such-driver.ts' as string)),
  )

const missingTables: Produce = async () => {
  const rows = [{ isNowhere: true, path: '"$user", sessions' }]
  const client = { query: async () => ({ rows }) } as never
  const place = { name: 'stored_sessions', schema: undefined } as never
  const fail = async () => Promise.reject(missingTable('stored_sessions', 'is missing'))
  return withFile(async (path) => [
    await failureOf(() => start({ database: `sqlite:${path}`, secret, migrate: false })),
    await failureOf(() => start({ database: `sqlite:${path}`, secret, migrate: false, table: 'web_sessions' })),
    await failureOf(() => {
      withTable(path, 'CREATE TABLE stored_sessions (sid BLOB PRIMARY KEY)')
      return start({ database: `sqlite:${path}`, secret, migrate: false })
    }),
    await failureOf(() => inSearchPath(client, place, fail)),
  ])
}

const migrationFailed: Produce = () =>
  withFile(async (path) => {
    withTable(path, 'CREATE TABLE stored_sessions (id INTEGER)')
    return failuresOf(() => start({ database: `sqlite:${path}`, secret }))
  })

/** A pool whose connections have these settings. */
const poolWith = (settings: object) => ({
  withConnection: (use: (query: () => Promise<object>) => Promise<void>) => use(async () => ({ rows: [settings] })),
})

const wrongSettings: Produce = () => {
  const needs = { maxBytes: 1_048_576 } as never
  const storage = memoryStorage()
  const changed = { ...storage, read: async (sids: Buffer[]) => (await storage.read(sids)).map(withOtherTimes) }
  return failuresOf(
    () => checkMysqlSettings(poolWith({ isCommitting: 0 }) as never, needs),
    () => roundTrip(changed as never, true),
  )
}

const withOtherTimes = <Row extends { touchedAt: number }>(row: Row): Row => ({ ...row, touchedAt: 0 })

const fileReplaced: Produce = () =>
  withFile(async (name) => {
    writeFileSync(name, '')
    const check = fileCheck({ name, memory: false })
    rmSync(name)
    return failuresOf(check)
  })

const unreachable: Produce = async () => {
  const port = String(await freePort())
  const refused = await failureOf(() => start({ database: `postgres://app@127.0.0.1:${port}/app`, secret }))
  const shown = { ...refused, code: refused.code, message: refused.message.replaceAll(port, '5432') } as Failure
  return [shown, await failureOf(() => start({ database: 'sqlite:/no/such/folder/sessions.db', secret }))]
}

/** Errors that stop a start, and the one of a file that is missing later. */
export const atStart: Record<string, Produce> = {
  FST_STORED_SESSION_INVALID_OPTIONS: invalidOptions,
  FST_STORED_SESSION_INVALID_KEY: invalidKey,
  FST_STORED_SESSION_MISSING_DRIVER: missingDriver,
  FST_STORED_SESSION_MISSING_TABLE: missingTables,
  FST_STORED_SESSION_MIGRATION_FAILED: migrationFailed,
  FST_STORED_SESSION_WRONG_SETTINGS: wrongSettings,
  FST_STORED_SESSION_FILE_REPLACED: fileReplaced,
  FST_STORED_SESSION_UNREACHABLE: unreachable,
}
