import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { StoredSessionStore } from '../../src/index.ts'
import { databases } from '../harness/databases.ts'
import { secret } from '../support/stores.ts'
import { type Certificate, withPassword } from './certificates.ts'
import { type CertifiedServer, startCertifiedServer } from './certified-server.ts'

/** Settings that ask for TLS, and for no check of the certificate; and those that compare the name in it too. */
const UNCHECKED = [
  'sslmode=require',
  'sslmode=no-verify',
  'sslaccept=accept_invalid_certs',
  'ssl=require',
  'requiressl=1',
]
const BY_NAME = ['sslmode=verify-full', 'ssl=true', 'ssl=1', 'ssl=verify-full', 'sslaccept=strict']

const target = databases.find(({ name }) => name === 'postgres')
if (target) {
  describe('a PostgreSQL server with TLS', () => {
    let server: CertifiedServer
    before(async () => {
      server = await startCertifiedServer()
    })
    after(() => server.stop())

    test('is spoken to with as much encryption as the URL asks for, and with no less', async () => {
      const { admin, authority, otherAuthority, port, use } = server
      await admin.unsafe('create role demanding login superuser')
      const byName = `postgres://postgres@localhost:${port}/postgres`
      const byAddress = `postgres://postgres@127.0.0.1:${port}/postgres`
      const encrypted: [url: string, ssl: boolean][] = [
        [byAddress, false],
        [`${byAddress}?sslmode=disable`, false],
        [`${byAddress}?sslmode=prefer`, true],
        [`${byAddress}?requiressl=0`, true],
        ...UNCHECKED.map((query): [string, boolean] => [`${byAddress}?${query}`, true]),
        [`${byAddress}?sslmode=verify-ca&sslrootcert=${authority.cert}`, true],
        ...BY_NAME.map((query): [string, boolean] => [`${byName}?${query}&sslrootcert=${authority.cert}`, true]),
        [`${byName}?sslrootcert=${authority.cert}`, true],
      ]
      for (const [url, ssl] of encrypted) assert.equal((await use(url)).ssl, ssl, url)
      for (const url of [
        `${byAddress}?sslmode=verify-ca&sslrootcert=${otherAuthority.cert}`,
        `${byAddress}?sslmode=require&sslrootcert=${otherAuthority.cert}`,
        `${byName}?sslmode=verify-full&sslrootcert=${otherAuthority.cert}`,
        ...BY_NAME.map((query) => `${byAddress}?${query}&sslrootcert=${authority.cert}`),
        ...BY_NAME.map((query) => `${byName}?${query}`),
      ])
        await assert.rejects(use(url), { code: 'FST_STORED_SESSION_UNREACHABLE' }, url)
      const said: [url: string, remedy: RegExp][] = [
        [`postgres://demanding@localhost:${port}/postgres`, /The server may demand TLS: write \?sslmode=verify-full/],
        [`${byName}?sslmode=verify-full`, /Name the file of the authority .*: sslrootcert for PostgreSQL/],
        [`${byAddress}?sslmode=verify-full&sslrootcert=${authority.cert}`, /Write the host in the URL as it is in /],
      ]
      for (const [url, message] of said) await assert.rejects(use(url), { message }, url)
      await use(`postgres://demanding@localhost:${port}/postgres?sslmode=require`)
    })

    test('lets in who has the certificate that the URL names, and nobody else', async () => {
      const { admin, authority, otherAuthority, folder, port, use } = server
      await admin.unsafe('create role certified login superuser; create role checked login superuser')
      const place = `localhost:${port}/postgres?sslmode=verify-full&sslrootcert=${authority.cert}`
      const named = authority.sign('certified', 'certified')
      const another = authority.sign('another', 'another')
      const foreign = otherAuthority.sign('foreign', 'certified')
      const byCertificate = ({ cert, key }: Certificate, user = 'certified') =>
        `postgres://${user}@${place}&sslcert=${cert}&sslkey=${key}`
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
        `postgres://certified@${place}`,
        `postgres://checked@${place}`,
        byCertificate(another),
        byCertificate(foreign),
        byCertificate(foreign, 'checked'),
        `postgres://certified@localhost:${port}/postgres`,
      ])
        await assert.rejects(use(url), { code: 'FST_STORED_SESSION_UNREACHABLE' }, url)
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
      const open = async (query: string) => {
        const url = `${plain.url}?${query}`
        const store = new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
        await store.ready().finally(() => store.close())
      }
      for (const query of ['sslmode=prefer', 'sslmode=allow', 'ssl=prefer']) await open(query)
      for (const query of [...UNCHECKED, ...BY_NAME, 'sslnegotiation=direct'])
        await assert.rejects(open(query), { code: 'FST_STORED_SESSION_UNREACHABLE' }, query)
      await plain.drop()
    })
  })
}
