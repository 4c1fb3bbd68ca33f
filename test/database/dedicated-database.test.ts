import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { FastifyInstance } from 'fastify'
import mysql from 'mysql2/promise'
import postgres from 'postgres'
import { StoredSessionStore } from '../../src/index.ts'
import { databases, forEachDatabase, type Row, type TestDatabase } from '../harness/databases.ts'
import { Browser, openApp, sessionOf } from '../support/app.ts'
import { allRows } from '../support/rows.ts'
import { destroy, load, loaded, newSession, save, touch } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

const PASSWORD = 'Only-4-this-test'

forEachDatabase((target) => {
  for (const home of databases) {
    test(`sessions live on a database of their own, beside an application that may only read ${home.name}`, async (t) => {
      const data = await home.create()
      const sessions = await target.create()
      await data.query('CREATE TABLE products (name varchar(40))')
      await data.query("INSERT INTO products VALUES ('lamp')")
      const reader = await readerOf(data)
      const app = await openApp(sessions.url, { routes: (app) => addShop(app, reader) })
      t.after(async () => {
        await app.close()
        await reader.remove()
        await Promise.all([data.drop(), sessions.drop()])
      })

      const browser = new Browser(app)
      await browser.post('/login')
      assert.deepEqual((await browser.post('/basket')).json(), { products: ['lamp'] })
      assert.deepEqual((await browser.get('/basket')).json(), { products: ['lamp'] })
      assert.equal((await browser.post('/restock')).statusCode, 500)
      assert.deepEqual((await browser.get('/basket')).json(), { products: ['lamp'] })
      assert.equal((await allRows(sessions)).length, 1)
      await assert.rejects(data.query('SELECT * FROM stored_sessions'))
      assert.equal((await browser.post('/logout')).statusCode, 200)
    })
  }

  if (target.dialect === 'sqlite') return

  test('four rights on one table are all that sessions need', async (t) => {
    const database = await target.create()
    const owner = new StoredSessionStore({ database: database.url, secret, migrate: true, trim: false })
    await owner.ready()
    await owner.close()
    const keeper = await roleOn(database, 'SELECT, INSERT, UPDATE, DELETE ON stored_sessions')
    t.after(async () => {
      await keeper.remove()
      await database.drop()
    })
    const store = new StoredSessionStore({ database: keeper.url, secret, trim: false, user: userIdOf })
    await store.ready()
    const [one, other] = [newId(), newId()]
    for (const id of [one, other]) await save(store, id, newSession({ userId: 'ada' }))
    const session = await loaded(store, one)
    session.n = 1
    await save(store, one, session)
    await touch(store, one, session)
    await destroy(store, other)
    assert.deepEqual(await store.revoke({ user: 'ada' }), { revoked: 1 })
    assert.equal(await load(store, one), null)
    await database.query('UPDATE stored_sessions SET trim_at = 1')
    assert.equal((await store.trim()).trimmed, 2)
    await store.close()
  })
})

/** A role of a server that may do one thing on a database. */
async function roleOn(database: TestDatabase, right: string): Promise<{ url: string; remove(): Promise<unknown> }> {
  const name = `role_${randomBytes(6).toString('hex')}`
  const isPg = database.dialect === 'pg'
  const role = isPg ? name : `'${name}'@'%'`
  await database.query(
    isPg ? `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'` : `CREATE USER ${role} IDENTIFIED BY '${PASSWORD}'`,
  )
  await database.query(`GRANT ${right} TO ${role}`)
  const url = new URL(database.url)
  url.username = name
  url.password = PASSWORD
  const remove = async () => {
    if (isPg) await database.query(`DROP OWNED BY ${role}`)
    await database.query(isPg ? `DROP ROLE ${role}` : `DROP USER ${role}`)
  }
  return { url: url.href, remove }
}

/** Opens a database as somebody who may only read it. */
async function readerOf(database: TestDatabase): Promise<Reader> {
  if (database.dialect === 'sqlite') {
    const client = new Database(database.url.slice('sqlite:'.length), { readonly: true })
    const query = async (sql: string) => {
      const statement = client.prepare(sql)
      return statement.reader ? (statement.all() as Row[]) : [statement.run() as unknown as Row]
    }
    return { query, remove: async () => client.close() }
  }
  const { url, remove } = await roleOn(database, 'SELECT ON products')
  const { query } = reopened(database, url)
  return { query, remove }
}

function reopened({ dialect }: TestDatabase, url: string): Pick<TestDatabase, 'query'> {
  return {
    async query(sql) {
      if (dialect === 'pg') {
        const client = postgres(url, { max: 1 })
        return client.unsafe<Row[]>(sql).finally(() => client.end())
      }
      const connection = await mysql.createConnection(url)
      const [rows] = await connection.query<mysql.RowDataPacket[]>(sql).finally(() => connection.end())
      return rows
    },
  }
}

/** What an application has of a database that it may only read. */
interface Reader {
  query: TestDatabase['query']
  remove(): Promise<unknown>
}

function addShop(app: FastifyInstance, reader: Reader): void {
  app.post('/basket', async (request) => {
    const rows = await reader.query('SELECT name FROM products')
    sessionOf(request).products = rows.map(({ name }) => name)
    return { products: sessionOf(request).products }
  })
  app.get('/basket', async (request) => ({ products: sessionOf(request).products }))
  app.post('/restock', async () => reader.query("INSERT INTO products VALUES ('chair')"))
}
