import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createConnection } from 'mysql2/promise'
import { StoredSessionStore } from '../../src/index.ts'
import { ownable } from '../harness/databases.ts'
import { ownServer } from '../harness/find-server.ts'
import { queryMysql } from '../harness/mysql-database.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import type { TestServer } from '../harness/test-server.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { BY_NAME, PLAIN, UNCHECKED } from './mysql-spellings.ts'

const WITHOUT_TLS = { mariadb: '--skip-ssl', mysql: '--tls-version=' }

/** A name that has to be percent-encoded. */
const DATABASE = 'mine o/dä'

// Of servers whose settings this suite decides.
for (const name of ['mariadb', 'mysql'] as const) {
  if (!ownable.includes(name)) continue
  describe(`a server of ${name} without TLS`, () => {
    let server: TestServer
    let socket: string
    let port: string

    before(async () => {
      const folder = temporaryFolder('mysql-places')
      chmodSync(folder, 0o777)
      socket = join(folder, 's')
      server = await ownServer(name, ['--bind-address=127.0.0.1,::1', `--socket=${socket}`, WITHOUT_TLS[name]])
      await server.start()
      port = new URL(server.url).port
      await queryMysql(server.url, `create database \`${DATABASE}\``)
      for (const host of ['%', 'localhost']) {
        await queryMysql(server.url, `create user ada@'${host}' identified by ''`)
        await queryMysql(server.url, `grant all on \`${DATABASE}\`.* to ada@'${host}'`)
      }
    })
    after(() => server?.remove())

    /** Saves and reads one session, and returns the addresses from which the server says that it is used. */
    async function use(url: string): Promise<string[]> {
      const store = new StoredSessionStore({
        database: url,
        secret,
        migrate: true,
        trim: false,
        operationTimeout: 20_000,
      })
      const admin = await createConnection(server.url)
      try {
        const id = newId()
        await save(store, id, newSession({ n: 1 }))
        assert.equal((await loaded(store, id)).n, 1)
        const [rows] = await admin.query('show processlist')
        return (rows as { Host: string; db: string | null }[])
          .filter(({ db }) => db === DATABASE)
          .map(({ Host }) => Host.replace(/:\d+$/, ''))
      } finally {
        await Promise.all([store.close(), admin.end()])
      }
    }

    const path = encodeURIComponent(DATABASE)

    test('is found by its socket, by IPv6, in a list, and by a database whose name is percent-encoded', async () => {
      const places: [url: string, addresses: RegExp][] = [
        [`mysql://ada@localhost/${path}?socket=${socket}`, /^localhost$/],
        [`mysql://ada@/${path}?unix_socket=${encodeURIComponent(socket)}`, /^localhost$/],
        [`mariadb://ada@${encodeURIComponent(socket)}/${path}`, /^localhost$/],
        [`mysql://ada@[::1]:${port}/${path}`, /^(::1|localhost|ip6-localhost)$/],
        [`mysql2://ada@[::1]:${port},127.0.0.1:${port}/${path}`, /^(::1|localhost|ip6-localhost)$/],
        [`mysql://ada@127.0.0.1:${port}/${path}`, /^(127\.0\.0\.1|::ffff:127\.0\.0\.1|localhost)$/],
      ]
      for (const [url, addresses] of places) {
        const found = await use(url)
        assert.ok(found.length > 0 && found.every((address) => addresses.test(address)), `${url}: ${found}`)
      }
    })

    test('is refused in every spelling that asks for TLS, and used in plaintext in every other', async () => {
      for (const query of PLAIN) assert.ok((await use(`mysql://ada@localhost:${port}/${path}?${query}`)).length > 0)
      for (const query of [...UNCHECKED, ...BY_NAME, 'ssl-mode=VERIFY_CA'])
        await assert.rejects(
          use(`mysql://ada@localhost:${port}/${path}?${query}`),
          {
            code: 'FST_STORED_SESSION_UNREACHABLE',
            message: /secure connection.*The server offers no TLS: enable it there/,
          },
          query,
        )
    })
  })
}
