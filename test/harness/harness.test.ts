import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DatabaseName, forEachDatabase } from './databases.ts'

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

forEachDatabase((target) => {
  test('is the database it is called', async () => {
    const database = await target.create()
    const [row] = await database.query(versionQuery[target.name])
    assert.match(String(row?.version), versionPattern[target.name])
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
