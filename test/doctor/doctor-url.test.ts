import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MYSQL_RULES } from '../../src/database/mysql/url/url-settings.ts'
import { PG_RULES } from '../../src/database/pg/url/url-settings.ts'
import { SQLITE_RULES } from '../../src/database/sqlite/url/url-settings.ts'
import { explainedSettings, type Rules } from '../../src/database/url/settings.ts'
import { checkUrl } from '../../src/doctor/checks/options.ts'
import { withoutSecrets } from '../../src/doctor/findings/messages.ts'
import { commandLine, settingsFor } from '../cli/command-line.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { migrated } from '../migrating/migrated.ts'

const PG = 'postgres://ada:hunter2@db.example/app'
const MYSQL = 'mysql://ada:hunter2@db.example/app'

/** URLs, and what the doctor says of their settings. */
const EXPLAINED: [url: string, ...lines: string[]][] = [
  [PG],
  [
    `${PG}?pgbouncer=true&connection_limit=1&sslmode=require`,
    'pgbouncer=true: no statements are prepared',
    'connection_limit=1: at most 1 connection with each host',
    'sslmode=require: TLS; the certificate is not checked',
  ],
  [
    `${PG}?sslmode=require&sslrootcert=system`,
    'sslmode=require: TLS; the certificate is checked, but not the name in it',
    'sslrootcert: the file of the certificates that the server must be signed by; "system" for those of the system',
  ],
  [`${PG}?ssl=true`, 'ssl=true: TLS; the certificate and the name in it are checked'],
  [`${PG}?sslmode=prefer`, 'sslmode=prefer: TLS if the server offers it; the certificate is not checked'],
  [`${PG}?sslmode=disable`, 'sslmode=disable: no TLS'],
  [
    `${PG}?prepare=true&statement_cache_size=0`,
    'prepare=true: no statements are prepared',
    'statement_cache_size=0: no statements are prepared',
  ],
  [
    `${PG}?connect_timeout=3&max=5&pool_size=7`,
    'connect_timeout=3: connecting takes at most 3 s, and never longer than operationTimeout',
    'max=5: at most 7 connections with each host',
    'pool_size=7: at most 7 connections with each host',
  ],
  [`${PG}?connect_timeout=0`, 'connect_timeout=0: the option operationTimeout limits how long connecting takes'],
  [
    `${PG}?keepalives_idle=30&keepalives=0`,
    'keepalives_idle=30: idle connections are not probed',
    'keepalives=0: idle connections are not probed',
  ],
  [`${PG}?keepalives_idle=30`, 'keepalives_idle=30: probes connections that are idle for 30 s'],
  [
    'postgres:///app?host=/run/postgresql&user=ada&password=hunter2&schema=auth',
    'host: where the server is',
    'user: the user of the database',
    'password: the password of the user',
    'schema: the search_path: the schema in which the table is looked for',
  ],
  [
    `${MYSQL}?ssl-mode=REQUIRED&connectTimeout=2500`,
    'ssl-mode=REQUIRED: TLS; the certificate is not checked',
    'connectTimeout=2500: connecting takes at most 2.5 s, and never longer than operationTimeout',
  ],
  [
    `${MYSQL}?ssl={"rejectUnauthorized":true}&connection_limit=5`,
    'ssl={"rejectUnauthorized":true}: TLS; the certificate and the name in it are checked',
    'connection_limit=5: at most 5 connections with each host',
  ],
  [
    `${MYSQL}?useSSL=true&verifyServerCertificate=true`,
    'useSSL=true: TLS; the certificate and the name in it are checked',
    'verifyServerCertificate=true: TLS; the certificate and the name in it are checked',
  ],
  [`${MYSQL}?selector=RR`, 'selector=RR: each statement goes to another one of the hosts'],
  [
    'file:q.db?mode=rw&connection_limit=1',
    'mode=rw: the file has to exist',
    'connection_limit=1: accepted; a file has one connection',
  ],
  ['file:q.db?mode=rwc', 'mode=rwc: a file that does not exist is created'],
  [`${PG}?hunter2=1`],
]

describe('the settings of a URL', () => {
  test('are told by what they became together', () => {
    for (const [database, ...lines] of EXPLAINED) {
      const found = checkUrl({ source: 'a test', options: { database } })
      assert.deepEqual(
        found.map(({ message }) => message),
        lines,
        database,
      )
      assert.ok(found.every(({ level }) => level === 'ok'))
    }
    assert.deepEqual(checkUrl({ source: 'a test', options: { database: { $client: {} } } }), [])
  })

  test('are shown with a value only where each possible value is known', () => {
    const DRAFTS = {
      pg: [PG_RULES, { parameters: {}, prepare: true, wantsPrimary: false }],
      mysql: [MYSQL_RULES, { selector: 'ORDER' }],
      sqlite: [SQLITE_RULES, { mustExist: false }],
    } as unknown as Record<string, [Rules<object>, object]>
    for (const [dialect, [rules, draft]] of Object.entries(DRAFTS)) {
      for (const [name, { isShown, read }] of Object.entries(rules)) {
        if (isShown) assert.ok(read?.('hunter2', { ...draft }), `${dialect} refuses ${name}=hunter2`)
        const [line] = explainedSettings(new URLSearchParams({ [name]: 'hunter2' }), rules, draft)
        assert.equal(line?.setting, isShown ? `${name}=hunter2` : name)
        assert.ok(line && !line.becomes.includes('hunter2') && line.becomes.length > 3, name)
      }
    }
  })

  test('hold passwords that no finding repeats', () => {
    const clean = withoutSecrets({ database: 'postgres:///app?user=ada&password=p%40ss&sslpassword=word-of-key' })
    assert.equal(clean('p@ss, p%40ss and word-of-key'), '***, *** and ***')
  })
})

forEachDatabase((target) => {
  test('the doctor tells what the settings of the URL became', async () => {
    const database = await migrated(target)
    const url = `${database.url}${database.url.includes('?') ? '&' : '?'}connection_limit=1`
    const { code, stdout } = await commandLine(['doctor'], { env: { ...settingsFor(database), DATABASE_URL: url } })
    assert.equal(code, 0, stdout)
    assert.match(stdout, /^ok +url +connection_limit=1: (at most 1 connection with each host|accepted; .*)$/m)
    await database.drop()
  })
})
