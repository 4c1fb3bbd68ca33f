import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type DatabaseName, forEachDatabase, type TargetName } from './databases.ts'
import { isGalera } from './galera-database.ts'
import { PARTITIONED } from './partitioned-database.ts'
import { isPooled } from './pooled-database.ts'
import { filesBelow, filesOfArchive } from './server-files.ts'
import { temporaryFolder } from './temporary-folder.ts'

const versionQuery: Record<DatabaseName, string> = {
  sqlite: 'SELECT sqlite_version() AS version',
  postgres: 'SELECT version() AS version',
  mariadb: 'SELECT VERSION() AS version',
  mysql: 'SELECT VERSION() AS version',
}

const versionPattern: Record<DatabaseName, RegExp> = {
  sqlite: /^3\.\d+\.\d+$/,
  postgres: /^PostgreSQL \d+/,
  mariadb: /^\d+\..*MariaDB/,
  mysql: /^\d+\.\d+\.\d+(?!.*MariaDB)/,
}

function serverNameOf(name: TargetName): DatabaseName {
  if (isGalera(name)) return 'mariadb'
  return isPooled(name) || name === PARTITIONED ? 'postgres' : name
}

forEachDatabase((target) => {
  test('is the database it is called', async () => {
    const database = await target.create()
    const name = serverNameOf(target.name)
    const [row] = await database.query(versionQuery[name])
    assert.match(String(row?.version), versionPattern[name])
    await database.drop()
  })

  test('creates separate databases', async () => {
    const [one, other] = await Promise.all([target.create(), target.create()])
    await one.query('CREATE TABLE note (id int)')
    await one.query('INSERT INTO note VALUES (7)')
    assert.deepEqual((await one.query('SELECT id FROM note')).map(Object.entries), [[['id', 7]]])
    await assert.rejects(other.query('SELECT id FROM note'))
    await Promise.all([one.drop(), other.drop()])
  })

  test('dumps binary columns as raw bytes', async () => {
    const database = await target.create()
    const type = target.dialect === 'pg' ? 'bytea' : 'blob'
    const placeholder = target.dialect === 'pg' ? '$1' : '?'
    const stored = Buffer.from([0, 255, 1, 254, 10, 39])
    await database.query(`CREATE TABLE note (content ${type})`)
    await database.query(`INSERT INTO note VALUES (${placeholder})`, [stored])
    assert.ok((await database.dump()).includes(stored))
    await database.drop()
  })
})

test('reads the files of a folder, and of an archive of it, without the zeros behind', async () => {
  const folder = temporaryFolder('files')
  mkdirSync(join(folder, 'inner', 'empty'), { recursive: true })
  writeFileSync(join(folder, 'inner', 'journal'), Buffer.from([0, 7, 0, 7, 0, 0, 0]))
  writeFileSync(join(folder, 'zeros'), Buffer.alloc(5_000))
  const expected = { 'inner/journal': Buffer.from([0, 7, 0, 7]), zeros: Buffer.alloc(0) }
  const archive = spawn('tar', ['-c', '-C', folder, 'inner', 'zeros'], { stdio: ['ignore', 'pipe', 'inherit'] })
  for (const files of [filesBelow(folder), await filesOfArchive(archive.stdout)]) {
    assert.deepEqual(Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])), expected)
  }
})
