import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import postgres from 'postgres'
import { databases } from '../harness/databases.ts'
import { type CertifiedServer, startCertifiedServer } from './certified-server.ts'

if (databases.some(({ name }) => name === 'postgres')) {
  describe('a PostgreSQL server', () => {
    let server: CertifiedServer
    before(async () => {
      server = await startCertifiedServer()
      await server.admin.unsafe('create database "mine o/dä"')
      await server.admin.unsafe('create schema "Of Mine"')
    })
    after(() => server.stop())

    test('is found by its socket, by IPv6 and by a database whose name is percent-encoded', async () => {
      const { folder, port, use } = server
      const folderInUrl = encodeURIComponent(folder)
      const places: [url: string, address: string | null][] = [
        [`postgres:///postgres?host=${folder}&port=${port}&user=postgres`, null],
        [`postgres://postgres@/postgres?host=${folder}&port=${port}`, null],
        [`postgres://postgres@${folderInUrl}:${port}/postgres`, null],
        [`postgres://postgres@[::1]:${port}/postgres`, '::1'],
        [`postgres://postgres@[::1]:${port},127.0.0.1:${port}/postgres`, '::1'],
        [`postgres://postgres@127.0.0.1:${port}/mine%20o%2Fd%C3%A4`, '127.0.0.1'],
      ]
      for (const [url, address] of places) assert.equal((await use(url)).address, address, url)
      assert.equal((await use(places.at(-1)![0])).database, 'mine o/dä')
    })

    test('gets what the URLs of other hosts and libraries say', async () => {
      const { admin, port, use } = server
      for (const query of [
        'sslmode=require&channel_binding=require',
        'schema=Of%20Mine&connection_limit=1&pool_timeout=10',
        'pgbouncer=true&connection_limit=2',
        'keepalives=1&keepalives_idle=20&fallback_application_name=web&connect_timeout=10',
        'application_name=shop&statement_timeout=60000&options=-c%20geqo%3Doff',
      ])
        await use(`postgres://postgres@127.0.0.1:${port}/postgres?${query}`)
      const tables = await admin`select schemaname from pg_tables where tablename = 'stored_sessions' order by 1`
      assert.deepEqual(
        tables.map(({ schemaname }) => schemaname),
        ['Of Mine', 'public'],
      )
    })

    test('is refused by name where the schema of the URL does not exist, and used as soon as it does', async () => {
      const { admin, port, use } = server
      for (const path of ['schema=none', 'search_path=none']) {
        const url = `postgres://postgres@127.0.0.1:${port}/no_schema?${path}`
        await admin.unsafe('create database no_schema')
        // With tables in the usual schema and without, which are not those of the URL.
        for (const usual of [false, true]) {
          if (usual) await use(url.replace(path, ''))
          await assert.rejects(use(url), {
            code: 'FST_STORED_SESSION_MISSING_TABLE',
            message: /no schema of the search_path exists, which is "?none"?\. Run CREATE SCHEMA for it, or correct /,
          })
        }
        const owner = postgres(url.replace(path, ''), { max: 1 })
        await owner.unsafe('create schema none')
        await owner.end()
        assert.equal((await use(url)).database, 'no_schema')
        await admin.unsafe('drop database no_schema with (force)')
      }
    })
  })
}
