import assert from 'node:assert/strict'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
import { type Authority, type Certificate, makeAuthority, withPassword } from './certificates.ts'

/** What a server reports of a connection. */
interface Reported {
  ssl: boolean
  /** Of the client's certificate. */
  subject: string | null
  /** Of TLS. */
  version: string | null
  address: string | null
  database: string
}

/** Who may sign in how: the tests as they like, and two users with a certificate, one by name and one by its authority. */
const SIGNING_IN = `
local all all trust
host all postgres all trust
hostssl all certified all cert
hostssl all checked all trust clientcert=verify-ca
`

// Of a server whose settings this suite decides.
const target = databases.find(({ name }) => name === 'postgres')
if (target) {
  describe('a PostgreSQL server', () => {
    let server: TestServer
    let folder: string
    let port: string
    let authority: Authority
    let otherAuthority: Authority
    let admin: ReturnType<typeof postgres>

    before(async () => {
      folder = temporaryFolder('places')
      chmodSync(folder, 0o777)
      authority = makeAuthority(folder, 'known')
      otherAuthority = makeAuthority(folder, 'other')
      const { cert, key } = authority.sign('server', 'localhost')
      if (isRoot) {
        const { uid, gid } = unprivilegedAccount()
        chownSync(key, uid, gid)
      }
      writeFileSync(join(folder, 'hba'), SIGNING_IN)
      const settings = [
        'listen_addresses=127.0.0.1,::1',
        `unix_socket_directories=${folder}`,
        'ssl=on',
        `ssl_cert_file=${cert}`,
        `ssl_key_file=${key}`,
        `ssl_ca_file=${authority.cert}`,
        `hba_file=${join(folder, 'hba')}`,
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
    async function use(url: string): Promise<Reported> {
      const store = new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
      try {
        const id = newId()
        await save(store, id, newSession({ n: 1 }))
        assert.equal((await loaded(store, id)).n, 1)
        const [row] =
          await admin.unsafe(`select s.ssl, s.client_dn as subject, s.version, a.client_addr as address, a.datname as database
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
      const byName = `postgres://postgres@localhost:${port}/postgres`
      const byAddress = `postgres://postgres@127.0.0.1:${port}/postgres`
      const encrypted: [url: string, ssl: boolean][] = [
        [byAddress, false],
        [`${byAddress}?sslmode=disable`, false],
        [`${byAddress}?sslmode=prefer`, true],
        [`${byAddress}?sslmode=require`, true],
        [`${byAddress}?sslmode=no-verify`, true],
        [`${byAddress}?sslaccept=accept_invalid_certs`, true],
        [`${byAddress}?sslmode=verify-ca&sslrootcert=${authority.cert}`, true],
        [`${byName}?sslmode=verify-full&sslrootcert=${authority.cert}`, true],
      ]
      for (const [url, ssl] of encrypted) assert.equal((await use(url)).ssl, ssl, url)
      for (const url of [
        `${byAddress}?sslmode=verify-ca&sslrootcert=${otherAuthority.cert}`,
        `${byAddress}?sslmode=require&sslrootcert=${otherAuthority.cert}`,
        `${byAddress}?sslmode=verify-full&sslrootcert=${authority.cert}`,
        `${byName}?sslmode=verify-full&sslrootcert=${otherAuthority.cert}`,
        `${byName}?sslmode=verify-full`,
        `${byName}?ssl=true`,
        `${byName}?sslaccept=strict`,
      ])
        await assert.rejects(use(url), { code: /^FST_STORED_SESSION_(UNREACHABLE|MIGRATION_FAILED)$/ }, url)
    })

    test('lets in who has the certificate that the URL names, and nobody else', async () => {
      await admin.unsafe('create role certified login superuser; create role checked login superuser')
      const server = `localhost:${port}/postgres?sslmode=verify-full&sslrootcert=${authority.cert}`
      const named = authority.sign('certified', 'certified')
      const another = authority.sign('another', 'another')
      const foreign = otherAuthority.sign('foreign', 'certified')
      const byCertificate = ({ cert, key }: Certificate, user = 'certified') =>
        `postgres://${user}@${server}&sslcert=${cert}&sslkey=${key}`
      const locked = { cert: named.cert, key: withPassword(named.key, 'of the key') }
      const lettingIn: [url: string, subject: string][] = [
        [byCertificate(named), '/CN=certified'],
        [byCertificate(another, 'checked'), '/CN=another'],
        [`${byCertificate(locked)}&sslpassword=of%20the%20key&ssl_min_protocol_version=TLSv1.3`, '/CN=certified'],
        // Who names a certificate asks for TLS.
        [`postgres://certified@127.0.0.1:${port}/postgres?sslcert=${named.cert}&sslkey=${named.key}`, '/CN=certified'],
      ]
      for (const [url, subject] of lettingIn) {
        const { ssl, subject: reported, version } = await use(url)
        assert.deepEqual([ssl, reported, version], [true, subject, 'TLSv1.3'], url)
      }
      for (const url of [
        `postgres://certified@${server}`,
        `postgres://checked@${server}`,
        byCertificate(another),
        byCertificate(foreign),
        byCertificate(foreign, 'checked'),
        `postgres://certified@localhost:${port}/postgres`,
      ])
        await assert.rejects(use(url), { code: /^FST_STORED_SESSION_(UNREACHABLE|MIGRATION_FAILED)$/ }, url)
      for (const url of [
        byCertificate(locked),
        `${byCertificate(locked)}&sslpassword=hush`,
        byCertificate({ cert: named.cert, key: another.key }),
        byCertificate({ cert: named.cert, key: join(folder, 'hba') }),
      ])
        assert.throws(() => new StoredSessionStore({ database: url, secret }), {
          code: 'FST_STORED_SESSION_INVALID_OPTIONS',
          message:
            /^stored-session: database names files for TLS that cannot be used \(ERR_\w+\); correct the certificates, /,
        })
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
