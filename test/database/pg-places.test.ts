import assert from 'node:assert/strict'
import { chmodSync, chownSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import postgres from 'postgres'
import { StoredSessionStore } from '../../src/index.ts'
import { isRoot, unprivilegedAccount } from '../harness/account.ts'
import { databases } from '../harness/databases.ts'
import { ownServer } from '../harness/find-server.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import type { TestServer } from '../harness/test-server.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { type Certificates, makeCertificates } from './certificates.ts'

// Of a server whose settings this suite decides.
const target = databases.find(({ name }) => name === 'postgres')
if (target) {
  describe('a PostgreSQL server', () => {
    let server: TestServer
    let folder: string
    let port: string
    let certificates: Certificates
    let admin: ReturnType<typeof postgres>

    before(async () => {
      folder = temporaryFolder('places')
      chmodSync(folder, 0o777)
      certificates = makeCertificates(folder, 'localhost')
      if (isRoot) {
        const { uid, gid } = unprivilegedAccount()
        chownSync(certificates.key, uid, gid)
      }
      const settings = [
        'listen_addresses=127.0.0.1,::1',
        `unix_socket_directories=${folder}`,
        'ssl=on',
        `ssl_cert_file=${certificates.cert}`,
        `ssl_key_file=${certificates.key}`,
      ]
      server = await ownServer(
        'postgres',
        settings.flatMap((setting) => ['-c', setting]),
      )
      await server.start()
      port = new URL(server.url).port
      admin = postgres(server.url, { max: 1, onnotice: () => {} })
      await admin.unsafe('create database "mine o/dä"')
      await admin.unsafe('create schema "Of Mine"')
    })
    after(async () => {
      await admin.end()
      await server.stop()
    })

    /** Saves and reads one session, and says what the server reports of the connection. */
    async function use(url: string): Promise<{ ssl: boolean; address: string | null; database: string }> {
      const store = new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
      try {
        const id = newId()
        await save(store, id, newSession({ n: 1 }))
        assert.equal((await loaded(store, id)).n, 1)
        const [row] = await admin.unsafe(`select s.ssl, a.client_addr as address, a.datname as database
          from pg_stat_ssl s join pg_stat_activity a using (pid)
          where a.query like '%stored_sessions%' and a.pid <> pg_backend_pid() order by a.state_change desc limit 1`)
        return row as never
      } finally {
        await store.close()
      }
    }

    test('is found by its socket, by IPv6 and by a database whose name is percent-encoded', async () => {
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

    test('is spoken to with as much encryption as the URL asks for, and with no less', async () => {
      const { authority, otherAuthority } = certificates
      const byName = `postgres://postgres@localhost:${port}/postgres`
      const byAddress = `postgres://postgres@127.0.0.1:${port}/postgres`
      const encrypted: [url: string, ssl: boolean][] = [
        [byAddress, false],
        [`${byAddress}?sslmode=disable`, false],
        [`${byAddress}?sslmode=prefer`, true],
        [`${byAddress}?sslmode=require`, true],
        [`${byAddress}?sslmode=no-verify`, true],
        [`${byAddress}?sslaccept=accept_invalid_certs`, true],
        [`${byAddress}?sslmode=verify-ca&sslrootcert=${authority}`, true],
        [`${byName}?sslmode=verify-full&sslrootcert=${authority}`, true],
      ]
      for (const [url, ssl] of encrypted) assert.equal((await use(url)).ssl, ssl, url)
      for (const url of [
        `${byAddress}?sslmode=verify-ca&sslrootcert=${otherAuthority}`,
        `${byAddress}?sslmode=require&sslrootcert=${otherAuthority}`,
        `${byAddress}?sslmode=verify-full&sslrootcert=${authority}`,
        `${byName}?sslmode=verify-full&sslrootcert=${otherAuthority}`,
        `${byName}?sslmode=verify-full`,
        `${byName}?ssl=true`,
        `${byName}?sslaccept=strict`,
      ])
        await assert.rejects(use(url), { code: /^FST_STORED_SESSION_(UNREACHABLE|MIGRATION_FAILED)$/ }, url)
    })

    test('that offers no encryption is refused where encryption is asked for', async () => {
      const plain = await target.create()
      const open = async (mode: string) => {
        const url = `${plain.url}?sslmode=${mode}`
        const store = new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
        await store.ready().finally(() => store.close())
      }
      await open('prefer')
      for (const mode of ['require', 'no-verify', 'verify-full'])
        await assert.rejects(open(mode), { code: /^FST_STORED_SESSION_(UNREACHABLE|MIGRATION_FAILED)$/ }, mode)
      await plain.drop()
    })
  })
}
