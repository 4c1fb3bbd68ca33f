import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readPgUrl } from '../../src/database/pg/url/target.ts'
import { recogniseDatabase } from '../../src/database/recognise.ts'

/** What hosts hand out and other libraries write, and where each leads. */
const SHAPES: [whose: string, url: string, target: object][] = [
  [
    'Neon',
    'postgresql://ada:hush@ep-cool-1-pooler.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require',
    { hosts: [{ host: 'ep-cool-1-pooler.eu-central-1.aws.neon.tech', port: 5432 }], database: 'neondb' },
  ],
  [
    'Supabase, transaction pooler',
    'postgresql://postgres.abc:hush@aws-0-eu-central-1.pooler.supabase.com:6543/postgres?pgbouncer=true&connection_limit=1',
    { hosts: [{ host: 'aws-0-eu-central-1.pooler.supabase.com', port: 6543 }], user: 'postgres.abc' },
  ],
  ['Prisma', 'postgresql://ada:hush@localhost:5432/app?schema=public&pool_timeout=10', { database: 'app' }],
  [
    'Amazon RDS',
    'postgres://ada:hush@app.abc.eu-central-1.rds.amazonaws.com:5432/app?sslmode=verify-full&sslrootcert=system',
    { database: 'app', tls: {} },
  ],
  [
    'Cloud SQL, by its socket',
    'postgres://ada:hush@/app?host=/cloudsql/project:region:instance',
    { hosts: [{ host: '/cloudsql/project:region:instance', port: 5432 }], user: 'ada', database: 'app' },
  ],
  [
    'Azure',
    'postgres://ada%40server:hush@server.postgres.database.azure.com/app?sslmode=require',
    { user: 'ada@server', tls: { rejectUnauthorized: false } },
  ],
  ['Heroku', 'postgres://ada:hush@ec2-1.compute-1.amazonaws.com:5432/d1', { database: 'd1', tls: false }],
  [
    'Railway',
    'postgresql://postgres:hush@viaduct.proxy.rlwy.net:12345/railway',
    { hosts: [{ host: 'viaduct.proxy.rlwy.net', port: 12345 }] },
  ],
  ['Aiven', 'postgres://avnadmin:hush@pg-1.aivencloud.com:23456/defaultdb?sslmode=require', { database: 'defaultdb' }],
  [
    'DigitalOcean',
    'postgresql://doadmin:hush@db-1.b.db.ondigitalocean.com:25060/defaultdb?sslmode=require',
    { user: 'doadmin' },
  ],
  ['Vercel', 'postgres://ada:hush@h/db?sslmode=require&supa=base-pooler.x', { database: 'db' }],
  [
    'libpq',
    'postgresql://ada@h:5433/db?keepalives=1&keepalives_idle=30&fallback_application_name=web&options=-c%20geqo%3Doff',
    { database: 'db' },
  ],
]

describe('a PostgreSQL URL', () => {
  for (const [whose, url, expected] of SHAPES) {
    test(`as ${whose} writes it leads where it says`, () => {
      const { target } = readPgUrl(url)
      assert.deepEqual({ ...target, ...expected }, target)
      assert.deepEqual(recogniseDatabase(url), { dialect: 'pg' })
    })
  }

  test('may have every part percent-encoded', () => {
    const { target } = readPgUrl('postgres://a%40b:p%3A%2F%25@h%6Fst/mine%20o%2Fd%3F')
    const { user, password, hosts, database } = target!
    assert.deepEqual(
      { user, password, hosts, database },
      {
        user: 'a@b',
        password: 'p:/%',
        hosts: [{ host: 'host', port: 5432 }],
        database: 'mine o/d?',
      },
    )
  })

  test('names sockets and IPv6 addresses, alone and in a list', () => {
    const hosts: [string, object[]][] = [
      ['postgres:///db?host=/run/postgresql&user=x', [{ host: '/run/postgresql', port: 5432 }]],
      ['postgres://u@%2Frun%2Fpostgresql/db', [{ host: '/run/postgresql', port: 5432 }]],
      ['postgres://u@%2Frun%2Fpostgresql:5433/db', [{ host: '/run/postgresql', port: 5433 }]],
      ['postgres://postgres@[::1]:5432/db', [{ host: '::1', port: 5432 }]],
      [
        'postgres://a:1,[fe80::1]:2,c/db',
        [
          { host: 'a', port: 1 },
          { host: 'fe80::1', port: 2 },
          { host: 'c', port: 5432 },
        ],
      ],
      [
        'postgres:///db?host=a,b&port=1,2',
        [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      ],
    ]
    for (const [url, expected] of hosts) assert.deepEqual(readPgUrl(url).target?.hosts, expected, url)
  })

  test('says how the connection is encrypted, in the words of several libraries', () => {
    const unchecked = { rejectUnauthorized: false }
    const modes: [string, unknown][] = [
      ['', false],
      ['sslmode=disable', false],
      ['sslmode=prefer', 'prefer'],
      ['sslmode=allow', 'prefer'],
      ['sslmode=require', unchecked],
      ['sslmode=no-verify', unchecked],
      ['sslmode=verify-full', {}],
      ['ssl=true', {}],
      ['ssl=1', {}],
      ['ssl=require', unchecked],
      ['ssl=false', false],
      ['sslaccept=strict', {}],
      ['sslaccept=accept_invalid_certs', unchecked],
      ['requiressl=1', unchecked],
      ['sslmode=require&ssl_min_protocol_version=TLSv1.3', { minVersion: 'TLSv1.3', ...unchecked }],
      ['sslnegotiation=direct', unchecked],
    ]
    for (const [setting, expected] of modes)
      assert.deepEqual(readPgUrl(`postgres://h/db?${setting}`).target?.tls, expected, setting)
  })

  test('says how statements are prepared, how many connections there are, and what the session is', () => {
    const settingsOf = (query: string) => readPgUrl(`postgres://h/db?${query}`).target!.settings
    for (const query of [
      'pgbouncer=true',
      'prepare=false',
      'prepared_statements=false',
      'statement_cache_size=0',
      'statement-cache-capacity=0',
      'default_query_exec_mode=simple_protocol',
    ])
      assert.equal(settingsOf(query).prepare, false, query)
    for (const query of ['pgbouncer=false', 'prepared_statements=true', 'default_query_exec_mode=cache_statement'])
      assert.equal(settingsOf(query).prepare, true, query)
    for (const query of ['connection_limit=3', 'max=3', 'pool=3', 'pool_size=3', 'pool_max_conns=3'])
      assert.equal(settingsOf(query).max, 3, query)
    assert.deepEqual(settingsOf('schema=my"own&application_name=web').parameters, {
      search_path: '"my""own"',
      application_name: 'web',
    })
    assert.deepEqual(settingsOf('statement_timeout=5s&lock_timeout=100').parameters, {
      statement_timeout: '5s',
      lock_timeout: '100',
    })
    // A server would refuse the connection for what no session depends on.
    assert.deepEqual(settingsOf('timezone=Mars&datestyle=hush&serverVersion=hush').parameters, {})
    assert.deepEqual([settingsOf('keepalives=0').keepAlive, settingsOf('keepalives_idle=9').keepAlive], [null, 9])
  })

  test('is refused with the name of a setting that is unknown or wrong, and nothing else of it', () => {
    const faults: [string, RegExp][] = [
      ['bogus=hush', /^has the unknown setting "bogus"; remove it, .* Known are host, /],
      ['__proto__=hush', /^has the unknown setting "__proto__"; /],
      ['%3Dhu%20sh=1', /^has an unknown setting; /],
      ['sslmode=hush', /^has a sslmode that is none of disable, /],
      ['sslmode=verify-ca', /^has sslmode=verify-ca without sslrootcert, /],
      ['sslrootcert=/hush/there/is/none', /^names a file in sslrootcert that cannot be read \(ENOENT\); /],
      ['connection_limit=hush', /^has a connection_limit that is no whole number from 1 to 1000$/],
      ['channel_binding=hush', /^has a channel_binding that is none of /],
      ['statement_timeout=hush', /^has a statement_timeout that is no time, such as 5000 /],
      ['default_query_exec_mode=hush', /^has a default_query_exec_mode that is none of /],
      ['schema=', /^has a schema that names no schema; write \?schema=public, or omit it$/],
      ['sslcert=/hush', /^has sslcert without sslkey, and the client needs both; .* in sslrootcert$/],
      ['sslkey=/hush', /^has sslkey without sslcert, and the client needs both; /],
      ['client_encoding=LATIN1', /^has a client_encoding that is none of UTF8, /],
    ]
    for (const [setting, expected] of faults) {
      const { fault } = readPgUrl(`postgres://ada:hush@h/db?${setting}`)
      assert.match(fault!, expected)
      assert.doesNotMatch(fault!, /hush|ada/)
    }
    assert.match(readPgUrl('postgres://h/db%').fault!, /^has a percent sign that begins no encoded character; /)
  })
})
