import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { commands } from '../../src/cli/commands.ts'
import { type CommandOption, globalOptions } from '../../src/cli/frame/options.ts'
import { secret } from '../support/stores.ts'
import { inProcess } from './in-process.ts'

/** Stands for a password, or for a part of one, in every spelling. */
const HIDDEN = 'hunter2'

/** URLs with a password, in the plain place and elsewhere, as parsers, drivers and people have it. */
const WITH_PASSWORD = [
  // With characters that would have to be encoded there.
  `redis://:${HIDDEN}@h`,
  `redis://:a/${HIDDEN}@h`,
  `redis://:a?${HIDDEN}@h`,
  `redis://:a#${HIDDEN}@h`,
  `redis://:a@${HIDDEN}@h`,
  `redis://:a:${HIDDEN}@h`,
  `postgres://ada:123/${HIDDEN}@h/d`,
  `mysql://ada:\\${HIDDEN}@h/d`,
  `postgres://ada:@h/${HIDDEN}`,
  // Encoded, once or more often.
  `postgres://ada%3A${HIDDEN}@h/d`,
  `postgres://ada%3a${HIDDEN}@h/d`,
  `postgres://ada%253A${HIDDEN}@h/d`,
  `postgres://ada%3A${HIDDEN}%40h/d`,
  `postgres://ada:%zz${HIDDEN}@h/d`,
  // Redis knows users without a password hardly: who stands alone is one.
  `redis://${HIDDEN}@h`,
  `rediss://${HIDDEN}@h`,
  // As a parameter.
  `mysql://h/d?password=${HIDDEN}`,
  `postgres://h/d?pass%77ord=${HIDDEN}`,
  `postgres://h/d?pass%2577ord=${HIDDEN}`,
  `postgres://h/d?sslpassword=${HIDDEN}`,
  `postgres://h/d?sslmode=require&ssl%50assword=${HIDDEN}`,
  `postgres://h/d?PASSWORD=${HIDDEN}`,
  `postgres://h/d#password=${HIDDEN}`,
  `postgres://h/d;password=${HIDDEN}`,
  `mysql://h/d?passwd=${HIDDEN}`,
  `mysql://h/d?pwd=${HIDDEN}`,
  `mysql://h/d?pass=${HIDDEN}`,
  `mysql://h/d?password1=${HIDDEN}`,
  `mysql://h/d?ssl={"passphrase":"${HIDDEN}"}`,
  `mysql://h/d?ssl=%7B%22passphrase%22%3A%22${HIDDEN}%22%7D`,
  `redis://h?sentinelPassword=${HIDDEN}`,
  `redis://h?auth=${HIDDEN}`,
  `postgres://h/d?authToken=${HIDDEN}`,
  `postgres://h/d?client_secret=${HIDDEN}`,
  `mysql://h/d?ssl={"key":"-----BEGIN PRIVATE KEY-----${HIDDEN}"}`,
  // With what parsers skip.
  ` redis://:${HIDDEN}@h`,
  `\tredis://:${HIDDEN}@h`,
  `\u00a0redis://:${HIDDEN}@h`,
  `re\ndis://:${HIDDEN}@h`,
  `redis:/\t/:${HIDDEN}@h`,
  `redis://:\n${HIDDEN}@h`,
  // Of other schemes, and of none.
  `REDIS://:${HIDDEN}@h`,
  `redis+tls://:${HIDDEN}@h`,
  `mysql2://ada:${HIDDEN}@h/d`,
  `jdbc:postgresql://ada:${HIDDEN}@h/d`,
  `postgres:ada:${HIDDEN}@h/d`,
  `postgres:/ada:${HIDDEN}@h/d`,
  `//ada:${HIDDEN}@h/d`,
  `ada:${HIDDEN}@h/d`,
  `:${HIDDEN}@h`,
  `host=h user=ada password=${HIDDEN}`,
  `host=h password = '${HIDDEN}'`,
  // Of several hosts.
  `mysql://ada@a,ada:${HIDDEN}@b/d`,
  `postgres://ada:${HIDDEN}@a:1,b:2/d`,
]

/** What has none, however much it looks like it; it fails for another reason, or reads a file. */
const WITHOUT_PASSWORD = [
  'postgres://127.0.0.1:1/d?connect_timeout=1',
  'postgres://ada@127.0.0.1:1/d?connect_timeout=1',
  'postgres://ada%40example.org@127.0.0.1:1/d',
  'postgres://127.0.0.1:1/d?user=ada%40example.org&connect_timeout=1',
  'postgres://ada@[::1]:1/d?connect_timeout=1',
  'postgres://127.0.0.1:1/d?application_name=compass&connect_timeout=1',
  'redis://127.0.0.1:1',
  'redis://compass:1',
  'mysql://ada@127.0.0.1:1/passwords',
  'sqlite:no/such:folder@here/file.db',
  'sqlite:ada@here.db',
  'no/such:folder@here/sessions.jsonl',
  './sessions:1@2.jsonl',
]

describe('a password in an argument', () => {
  const importing = (...args: string[]) => inProcess(['import', ...args])

  for (const source of WITH_PASSWORD) {
    test(`is refused and not repeated in --source ${JSON.stringify(source)}`, async () => {
      for (const from of ['connect-redis', 'connect-pg-simple', 'json']) {
        for (const args of [['--source', source], [`--source=${source}`]]) {
          const { code, stdout, stderr } = await importing('--from', from, ...args)
          assert.deepEqual([code, stdout], [2, ''])
          assert.match(stderr, /^error: the URL in --source seems to have a password.* Set SOURCE_URL/)
          assert.ok(!stderr.includes(HIDDEN), stderr)
        }
      }
    })
  }

  for (const source of WITHOUT_PASSWORD) {
    test(`is none in --source ${source}`, async () => {
      const from = source.startsWith('redis') ? 'connect-redis' : source.includes('://') ? 'connect-pg-simple' : 'json'
      const { stderr } = await importing('--from', from, '--source', source)
      assert.doesNotMatch(stderr, /password/)
    })
  }

  test('is refused in every option of every command that is no data', async () => {
    let checked = 0
    for (const { name, options } of commands) {
      for (const [option, { type, isData }] of Object.entries<CommandOption>({ ...options, ...globalOptions })) {
        if (type !== 'string' || isData) continue
        const { code, stdout, stderr } = await inProcess([name, `--${option}`, `postgres://ada:${HIDDEN}@h/d`])
        assert.deepEqual([code, stdout], [2, ''], `${name} --${option}`)
        assert.match(stderr, new RegExp(`^error: the URL in --${option} seems to have a password`))
        assert.ok(!stderr.includes(HIDDEN), stderr)
        checked++
      }
    }
    assert.ok(checked > 40)
  })

  test('is not repeated where it is in a wrong place', async () => {
    const urls = [`redis://:${HIDDEN}@h`, `:${HIDDEN}@h`, `ada:${HIDDEN}@h`, `postgres://ada:${HIDDEN}@h/d`]
    for (const url of urls) {
      for (const args of [
        [url],
        ['count', url],
        ['import', '--from', 'json', url],
        ['count', `--${url}`],
        [`-${url}`],
      ]) {
        const { code, stdout, stderr } = await inProcess(args)
        assert.deepEqual([code, stdout], [2, ''], args.join(' '))
        assert.ok(!stderr.includes(HIDDEN), `${args.join(' ')}: ${stderr}`)
      }
    }
  })

  test('is not repeated where --source-env has what the variable should hold', async () => {
    for (const place of [`redis://:${HIDDEN}@h`, `${HIDDEN}-${HIDDEN}`, `:${HIDDEN}@h`, `a b=${HIDDEN}`]) {
      const { code, stderr } = await importing('--from', 'connect-redis', '--source-env', place)
      assert.equal(code, 2)
      assert.ok(!stderr.includes(HIDDEN), stderr)
    }
    const { stderr } = await importing('--from', 'connect-redis', '--source-env', 'NO-NAME')
    assert.match(stderr, /^error: --source-env needs the name of a variable, such as OLD_URL, not its value\n/)
  })

  test('is not repeated where a variable has a URL, and a file is read', async () => {
    for (const url of WITH_PASSWORD) {
      const env = { SOURCE_URL: url, DATABASE_URL: 'sqlite::memory:', SESSION_SECRET: secret }
      const { code, stderr } = await inProcess(['import', '--from', 'json'], env)
      assert.equal(code, 1)
      assert.match(stderr, /error: (url must be the path of a file for json|the sessions to be imported .* \(ENOENT)/)
      assert.ok(!stderr.includes(HIDDEN), stderr)
    }
  })

  test('is not repeated where all of a URL was encoded, and the driver takes it for a host', async () => {
    const env = {
      SOURCE_URL: `postgres://ada%3A${HIDDEN}%40h/d`,
      DATABASE_URL: 'sqlite::memory:',
      SESSION_SECRET: secret,
    }
    const { code, stderr } = await inProcess(['import', '--from', 'connect-pg-simple'], env)
    assert.equal(code, 1)
    assert.match(stderr, /cannot be read .*getaddrinfo \w+ …\)/)
    assert.ok(!stderr.includes(HIDDEN), stderr)
  })

  test('is no matter in the id of a user, which is data', async () => {
    const { stderr } = await inProcess(['count', '--user', 'https://ada:one@example.org'], {
      DATABASE_URL: 'sqlite:none',
    })
    assert.match(stderr, /^error: the database option names none, which does not exist/)
  })
})
