import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { createConnection } from 'mysql2/promise'
import { StoredSessionStore } from '../../src/index.ts'
import { ownable } from '../harness/databases.ts'
import { ownServer } from '../harness/find-server.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import type { TestServer } from '../harness/test-server.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { type Authority, makeAuthority } from './certificates.ts'
import { BY_NAME, PLAIN, UNCHECKED } from './mysql-spellings.ts'

const CERTIFIED = "require subject '/CN=certified' and issuer '/CN=known of the tests'"

/** Users of the server, and what it demands of their connections. */
const USERS = { plain: 'require none', encrypted: 'require ssl', checked: 'require x509', certified: CERTIFIED }

/** Reads the files of its certificate again. */
const RELOAD = { mariadb: 'flush ssl', mysql: 'alter instance reload tls' }

// Of servers whose settings this suite decides.
for (const name of ['mariadb', 'mysql'] as const) {
  if (!ownable.includes(name)) continue
  describe(`TLS with ${name}`, () => {
    let server: TestServer
    let authority: Authority
    let otherAuthority: Authority
    let run: (statement: string) => Promise<unknown>
    let end: () => Promise<void>

    before(async () => {
      const folder = temporaryFolder('tls')
      chmodSync(folder, 0o755)
      authority = makeAuthority(folder, 'known')
      otherAuthority = makeAuthority(folder, 'other')
      const { cert, key } = authority.sign('server', 'localhost')
      server = await ownServer(name, [`--ssl-ca=${authority.cert}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`])
      await server.start()
      const admin = await createConnection(server.url)
      run = (statement) => admin.query(statement)
      end = () => admin.end()
      await run('create database sessions')
      for (const [user, demand] of Object.entries(USERS)) {
        await run(`create user ${user}@'%' ${demand}`)
        await run(`grant all on sessions.* to ${user}@'%'`)
      }
    })
    after(async () => {
      await end()
      await server.stop()
    })

    /** Saves and reads one session. */
    async function use(user: keyof typeof USERS, query: string): Promise<void> {
      const database = `mysql://${user}@localhost:${new URL(server.url).port}/sessions?${query}`
      const store = new StoredSessionStore({ database, secret, migrate: true, trim: false, operationTimeout: 20_000 })
      try {
        const id = newId()
        await save(store, id, newSession({ n: 1 }))
        assert.equal((await loaded(store, id)).n, 1)
      } finally {
        await store.close()
      }
    }

    const refusedWith = (message: RegExp, query: string) =>
      assert.rejects(use('plain', query), { code: 'FST_STORED_SESSION_UNREACHABLE', message }, query)

    const refused = (user: keyof typeof USERS, query: string) =>
      assert.rejects(use(user, query), { code: 'FST_STORED_SESSION_UNREACHABLE' }, query)

    test('is used in every spelling that asks for it, and for none that does not', async () => {
      const ca = `ssl-ca=${authority.cert}`
      for (const query of [
        ...UNCHECKED,
        ca,
        `sslcert=${authority.cert}`,
        `ssl-mode=VERIFY_CA&${ca}`,
        `sslmode=verify-ca&${ca}`,
      ])
        await use('encrypted', query)
      for (const query of PLAIN) {
        await refused('encrypted', query)
        await use('plain', query)
      }
    })

    test('that the server demands of all is what the message says to write', async () => {
      await run('set global require_secure_transport = on')
      // MariaDB denies access, and says no more.
      const said = { mariadb: /denied/, mysql: /The server demands TLS: write \?ssl-mode=VERIFY_IDENTITY or / }
      await refusedWith(said[name], '')
      await use('plain', 'ssl-mode=REQUIRED')
      await run('set global require_secure_transport = off')
      await refusedWith(/Name the file of the authority .* ssl-ca for MySQL/, 'ssl-mode=VERIFY_CA')
    })

    test('trusts the authority that the URL names, and no other', async () => {
      for (const mode of ['ssl-mode=VERIFY_CA', ...BY_NAME]) {
        await refused('encrypted', mode)
        await refused('encrypted', `${mode}&ssl-ca=${otherAuthority.cert}`)
      }
      await refused('encrypted', `ssl-ca=${otherAuthority.cert}`)
    })

    test('shows the certificate that the URL names', async () => {
      const named = authority.sign('certified', 'certified')
      const another = authority.sign('another', 'another')
      const foreign = otherAuthority.sign('foreign', 'certified')
      const showing = ({ cert, key }: typeof named) => `ssl-cert=${cert}&ssl-key=${key}`
      await use('checked', `ssl-mode=VERIFY_IDENTITY&ssl-ca=${authority.cert}&${showing(another)}`)
      await use('certified', `ssl-mode=REQUIRED&${showing(named)}`)
      // Who names a certificate asks for TLS.
      await use('certified', showing(named))
      const mixed = showing({ cert: named.cert, key: another.key })
      await assert.rejects(use('certified', mixed), {
        code: 'FST_STORED_SESSION_INVALID_OPTIONS',
        message: /^stored-session: database names files for TLS that cannot be used \(ERR_\w+\); /,
      })
      await refused('certified', showing(another))
      for (const user of ['checked', 'certified'] as const) {
        await refused(user, 'ssl-mode=REQUIRED')
        await refused(user, showing(foreign))
      }
    })

    test('compares the name in the certificate where the URL asks for it', async () => {
      const ca = `ssl-ca=${authority.cert}`
      for (const mode of BY_NAME) await use('encrypted', `${mode}&${ca}`)
      authority.sign('server', 'another.example')
      await run(RELOAD[name])
      for (const mode of BY_NAME) await refused('encrypted', `${mode}&${ca}`)
      await use('encrypted', `ssl-mode=VERIFY_CA&${ca}`)
    })
  })
}
