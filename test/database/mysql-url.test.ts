import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMysqlUrl } from '../../src/database/mysql/url/target.ts'
import { recogniseDatabase } from '../../src/database/recognise.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { secret } from '../support/stores.ts'

describe('a MySQL URL', () => {
  test('leads where it says, with every part percent-encoded, by a socket and by IPv6', () => {
    const places: [url: string, place: object][] = [
      [
        'mysql://a%40b:p%3A%2F@db.example:3307/mine%20od',
        { host: 'db.example', port: 3307, user: 'a@b', password: 'p:/', database: 'mine od' },
      ],
      ['mariadb://ada@[::1]/db', { host: '::1', port: 3306, user: 'ada', database: 'db' }],
      [
        'mysql://ada@localhost/db?socket=/run/mysqld.sock',
        { socketPath: '/run/mysqld.sock', user: 'ada', database: 'db' },
      ],
      ['mysql://ada@%2Frun%2Fmysqld.sock/db', { socketPath: '/run/mysqld.sock', user: 'ada', database: 'db' }],
    ]
    for (const [url, place] of places) assert.deepEqual(readMysqlUrl(url).target?.places, [place], url)
  })

  test('says how the connection is encrypted, in the words of several libraries', () => {
    const unchecked = { rejectUnauthorized: false, verifyIdentity: false }
    const named = { rejectUnauthorized: true, verifyIdentity: true }
    const modes: [string, unknown][] = [
      ['', undefined],
      ['ssl-mode=DISABLED', undefined],
      ['ssl-mode=REQUIRED', unchecked],
      ['sslmode=require', unchecked],
      ['ssl_mode=verify_ca', { rejectUnauthorized: true, verifyIdentity: false }],
      ['ssl-mode=VERIFY_IDENTITY', named],
      ['sslaccept=strict', named],
      ['sslaccept=accept_invalid_certs', unchecked],
      ['tls=true', named],
      ['tls=skip-verify', unchecked],
      ['useSSL=true', unchecked],
      ['requireSSL=true', unchecked],
      ['useSSL=true&verifyServerCertificate=false', unchecked],
      ['useSSL=true&verifyServerCertificate=true', named],
      ['ssl=true', named],
      ['ssl={"rejectUnauthorized":true}', named],
      ['ssl={"rejectUnauthorized":false}', unchecked],
      ['ssl={"minVersion":"TLSv1.3"}', { minVersion: 'TLSv1.3', ...named }],
    ]
    for (const [setting, expected] of modes) {
      const { target, fault } = readMysqlUrl(`mysql://h/db?${setting}`)
      assert.deepEqual(target?.places[0]?.ssl, expected, `${setting}: ${fault}`)
    }
  })

  test('is refused with the name of a setting that is unknown or wrong, and nothing else of it', () => {
    const faults: [string, RegExp][] = [
      ['bogus=hush', /^has the unknown setting "bogus"; remove it, /],
      ['ssl-mode=PREFERRED', /^has a ssl-mode that leaves it to the server whether the connection is encrypted, /],
      ['ssl-mode=hush', /^has a ssl-mode that is none of DISABLED, /],
      [
        'ssl={"ca":"hush"}',
        /^has a ssl that is an object with other properties than rejectUnauthorized and minVersion$/,
      ],
      ['ssl={"minVersion":"hush"}', /^has a minVersion in ssl that is none of TLSv1.2, TLSv1.3$/],
      ['ssl-cert=/hush', /^has ssl-cert without ssl-key, and the client needs both; .* in ssl-ca$/],
      ['ssl-key=/hush', /^has ssl-key without ssl-cert, and the client needs both; /],
      ['ssl-ca=/hush/there/is/none', /^names a file in ssl-ca that cannot be read \(ENOENT\); /],
      ['connection_limit=0', /^has a connection_limit that is no whole number from 1 to 1000$/],
      ['charset=latin1', /^has a charset that is none of utf8mb4, /],
      ['multipleStatements=true', /^has the unknown setting "multipleStatements"; /],
    ]
    for (const [setting, expected] of faults) {
      const { fault } = readMysqlUrl(`mysql://ada:hush@h/db?${setting}`)
      assert.match(fault ?? '', expected)
      assert.doesNotMatch(fault!, /hush|ada/)
    }
    assert.match(readMysqlUrl('mysql://127.0.0.1/db?tls=true').fault!, /^has an address as its host, /)
    assert.deepEqual(recogniseDatabase('mysql://h/db?connection_limit=2&pool_timeout=5'), { dialect: 'mysql' })
  })
})

forEachDatabase((target) => {
  if (target.dialect !== 'mysql') return

  test('TLS is what the URL asks for, and a server that offers none is refused then', async () => {
    const database = await target.create()
    const open = async (query: string) => {
      const store = new StoredSessionStore({ database: `${database.url}?${query}`, secret, migrate: true, trim: false })
      await store.ready().finally(() => store.close())
    }
    await open('connection_limit=2&connect_timeout=10')
    const [{ Value: hasTls = '' } = {}] = (await database.query("show variables like 'have_ssl'")) as {
      Value?: string
    }[]
    const [{ Value: version = '' } = {}] = (await database.query("show variables like 'tls_version'")) as {
      Value?: string
    }[]
    const offers = hasTls ? hasTls === 'YES' : version !== ''
    for (const query of ['ssl-mode=REQUIRED', 'sslaccept=accept_invalid_certs', 'useSSL=true', 'tls=skip-verify'])
      if (offers) await open(query)
      else await assert.rejects(open(query), { code: 'FST_STORED_SESSION_UNREACHABLE' }, query)
    // Nobody signed what a server made for itself.
    await assert.rejects(open('ssl-mode=VERIFY_CA'), { code: 'FST_STORED_SESSION_UNREACHABLE' })
    await database.drop()
  })
})
