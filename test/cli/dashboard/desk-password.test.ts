import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { FailedAttempts } from '../../../src/cli/dashboard/failed-attempts.ts'
import { databases, type TestDatabase } from '../../harness/databases.ts'
import { migrated } from '../../migrating/migrated.ts'
import { until } from '../../support/until.ts'
import { builtCommand } from '../built-command.ts'
import { type RunningCommand, settingsFor, startCommand } from '../command-line.ts'
import { inProcess } from '../in-process.ts'
import { onTerminal } from '../terminal.ts'
import { DeskVisitor, heading, passwordFile } from './desk-visitor.ts'

// None of this depends on the database.
const target = databases[0]!

describe('the dashboard with a password', () => {
  let database: TestDatabase
  let command: RunningCommand
  let url = ''
  const { path, password } = passwordFile()

  before(async () => {
    database = await migrated(target)
    const args = ['dashboard', '--port', '0', '--host', '0.0.0.0', '--password-file', path]
    command = await startCommand(args, { env: settingsFor(database) })
    command.child.stdout!.on('data', (data) => {
      url += data
    })
    await until('it prints its address', () => url.endsWith('\n') || command.child.exitCode !== null)
    assert.match(url, /^http:\/\/0\.0\.0\.0:\d+\/\n$/, command.stderr())
    url = url.trim().replace('0.0.0.0', '127.0.0.1')
  })
  after(async () => {
    command.child.kill('SIGKILL')
    await command.end
    await database.drop()
  })

  test('says that it does not encrypt, and prints no password', async () => {
    await until('it warns', () => command.stderr().endsWith('without use.\n'))
    assert.match(command.stderr(), /^Browsers sign in with the password\. This server does not encrypt \(no TLS\)/)
    assert.ok(!command.stderr().includes(password))
  })

  test('leads every path to its form, until the browser has signed in', async () => {
    const visitor = new DeskVisitor(url)
    for (const closed of ['/', '/sessions', '/user?user=ada', '/style.css', '/script.js', '/none', '/?key=x']) {
      const { status, headers } = await visitor.open(closed)
      assert.deepEqual([status, headers.get('location')], [303, '/sign-in'], closed)
    }
    const form = await visitor.open('/sign-in')
    assert.equal(form.headers.get('cache-control'), 'no-store')
    assert.match(
      form.headers.get('content-security-policy')!,
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action/,
    )
    const done = await visitor.submit(form, '/sign-in', { password })
    assert.deepEqual([done.status, done.headers.get('location')], [303, '/'])
    assert.equal((await visitor.open('/sessions')).status, 200)
    assert.equal((await visitor.open('/none')).status, 404)
    assert.equal((await new DeskVisitor(url).open('/sessions')).status, 303, 'another browser has to sign in')
  })

  test('accepts no form of another site, and none without its token', async () => {
    const visitor = new DeskVisitor(url)
    const form = await visitor.open('/sign-in')
    const attempts: [fields: Record<string, string>, headers: Record<string, string>][] = [
      [{ password, token: 'x'.repeat(43) }, {}],
      [{ password }, { origin: 'http://evil.example' }],
      [{ password }, { 'sec-fetch-site': 'cross-site' }],
    ]
    for (const [fields, headers] of attempts) {
      const refused = await visitor.submit(form, '/sign-in', fields, headers)
      assert.deepEqual([refused.status, heading(refused)], [403, 'Nothing was changed'])
    }
    const stranger = await new DeskVisitor(url).submit(form, '/sign-in', { password })
    assert.equal(stranger.status, 403, 'the token belongs to one browser')
    assert.equal((await visitor.open('/')).status, 303)
  })

  test('makes wrong passwords wait, from whatever browser, and never one that has signed in', async () => {
    const signedIn = new DeskVisitor(url)
    await signedIn.submit(await signedIn.open('/sign-in'), '/sign-in', { password })
    for (let attempt = 0; attempt < 3; attempt++) {
      const guesser = new DeskVisitor(url)
      const wrong = await guesser.submit(await guesser.open('/sign-in'), '/sign-in', { password: `${password}!` })
      assert.equal(wrong.status, 403)
      assert.match(wrong.text, /role="alert" id="fault">The password is wrong\./)
    }
    const other = new DeskVisitor(url)
    const form = await other.open('/sign-in')
    const waiting = await other.submit(form, '/sign-in', { password })
    assert.deepEqual([waiting.status, waiting.headers.get('retry-after')], [429, '1'])
    assert.match(waiting.text, /There were too many wrong passwords\. Try again in 1 second\./)
    assert.equal((await signedIn.open('/sessions')).status, 200)
    await until('the wait has passed', async () => (await other.submit(form, '/sign-in', { password })).status === 303)
  })
})

test('the wait doubles from the third failure on, up to a minute, and ends with a success', () => {
  let now = 0
  const attempts = new FailedAttempts(() => now)
  const waits = Array.from({ length: 10 }, () => {
    attempts.failed()
    return attempts.waitSeconds
  })
  assert.deepEqual(waits, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60])
  now += 59_500
  assert.equal(attempts.waitSeconds, 1)
  now += 500
  assert.equal(attempts.waitSeconds, 0)
  attempts.succeeded()
  attempts.failed()
  assert.equal(attempts.waitSeconds, 0)
})

describe('a password file', () => {
  const refused = async (path: string) => {
    const args = ['dashboard', '--password-file', path]
    const { code, stdout, stderr } = await inProcess(args, {
      DATABASE_URL: 'sqlite::memory:',
      SESSION_SECRET: 'x'.repeat(32),
    })
    assert.deepEqual([code, stdout], [1, ''])
    return stderr
  }

  test('that others may open is refused with the fix', async () => {
    const { path, password } = passwordFile()
    for (const mode of [0o640, 0o604, 0o644, 0o620]) {
      chmodSync(path, mode)
      const said = await refused(path)
      assert.ok(
        said.includes(
          `can be opened by other users of this machine (mode ${mode.toString(8)}); run: chmod 600 ${path}`,
        ),
      )
      assert.ok(!said.includes(password))
    }
  })

  test('that is missing, no file, too short or too long is refused', async () => {
    const { path } = passwordFile()
    assert.match(await refused(`${path}.none`), /which --password-file names, does not exist\n/)
    assert.match(await refused('/tmp'), /which --password-file names, is not a file\n/)
    writeFileSync(path, 'elevenchars\n')
    assert.match(await refused(path), /holds a password with fewer than 12 characters; choose a longer one\n/)
    writeFileSync(path, 'x'.repeat(2_000))
    assert.match(await refused(path), /has more than 1024 bytes; write only the password\n/)
  })
})

describe('at a terminal', () => {
  const TYPED = 'correct horse battery'

  async function asked() {
    const env = { DATABASE_URL: 'sqlite::memory:', SESSION_SECRET: 'x'.repeat(32) }
    const args = [await builtCommand(), 'dashboard', '--host', '0.0.0.0', '--port', '0']
    const terminal = onTerminal(process.execPath, args, { env })
    await terminal.shows('Choose a password for browsers: ')
    return terminal
  }

  test('the password is asked for, and not shown', async () => {
    const terminal = await asked()
    terminal.type(`${TYPED}\r`)
    await terminal.shows(/http:\/\/0\.0\.0\.0:\d+\/\r\n/)
    const url = /http:\S+/.exec(terminal.shown())![0].replace('0.0.0.0', '127.0.0.1')
    const visitor = new DeskVisitor(url)
    const done = await visitor.submit(await visitor.open('/sign-in'), '/sign-in', { password: TYPED })
    assert.equal(done.headers.get('location'), '/')
    terminal.type('\u0003')
    assert.equal(await terminal.code, 0, terminal.shown())
    assert.ok(!terminal.shown().includes('horse'))
  })

  test('Ctrl+C at the question does nothing, and a short password is refused', async () => {
    const stopped = await asked()
    stopped.type('\u0003')
    assert.equal(await stopped.code, 1)
    assert.match(stopped.shown(), /Nothing was done\.\r\n$/)
    const short = await asked()
    short.type('short\r')
    assert.equal(await short.code, 1)
    assert.match(short.shown(), /the password has fewer than 12 characters; choose a longer one\r\n$/)
  })
})
