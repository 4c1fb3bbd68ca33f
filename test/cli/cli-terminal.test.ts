import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { Output } from '../../src/cli/frame/output.ts'
import { Progress } from '../../src/cli/frame/progress.ts'
import { StoredSessionStore } from '../../src/index.ts'
import { databases, type TestDatabase } from '../harness/databases.ts'
import { migrated } from '../migrating/migrated.ts'
import { builtPackage } from '../packed/built-package.ts'
import { consumer } from '../packed/consumer.ts'
import { newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { builtCommand } from './built-command.ts'
import { commandLine, settingsFor } from './command-line.ts'
import { inProcess } from './in-process.ts'
import { CTRL_C, onTerminal } from './terminal.ts'

const SESSIONS = 400
const BATCH = 20
const ESCAPE = '\u001b'
/** What a renewed line begins with. */
const RENEWED = `\r${ESCAPE}[K`

// None of this depends on the database.
const target = databases[0]!
let database: TestDatabase
let main: string
before(async () => {
  main = await builtCommand()
  database = await migrated(target)
  const store = new StoredSessionStore({ database: database.url, secret, trim: false })
  await Promise.all(Array.from({ length: SESSIONS }, () => save(store, newId(), newSession())))
  await store.close()
})
after(() => database.drop())

/** Runs a command on a terminal. */
const command = (args: string[], env: object = {}) =>
  onTerminal(process.execPath, [main, ...args], { env: { ...settingsFor(database), ...env } })
const live = async () => Number((await inProcess(['count', '--state', 'live'], settingsFor(database))).stdout)

/** Answers the question of `revoke`, and returns the exit code and what is shown behind it. */
async function answered(keys: string): Promise<[number | null, string]> {
  const revoke = command(['revoke', '--all'])
  await revoke.shows('End the sessions of all users permanently? [y/N] ')
  revoke.type(keys)
  return [await revoke.code, revoke.shown().split('[y/N] ')[1]!]
}

test('long work shows its rate and what is left in one line, and Ctrl+C through npx stops it after its batch', async () => {
  const cwd = consumer(await builtPackage(), ['better-sqlite3', 'postgres', 'mysql2'])
  const env = { ...settingsFor(database), SESSION_SECRET: `another ${secret}`, FORMER_SESSION_SECRET: secret }
  const limits = ['--rate', '100', '--batch-size', String(BATCH)]
  const npx = onTerminal('npx', ['--offline', 'stored-session', 'reencrypt', ...limits], { cwd, env })
  const line = String.raw`\r\u001b\[Ksealed \d+ of ${SESSIONS} \(\d+%\), \d+/s, \d+ s left`
  await npx.shows(new RegExp(`Sealing ${SESSIONS} sessions …\r\n(${line}){3}`))
  npx.type(CTRL_C)
  const code = await npx.code
  const [, last] = npx.shown().split('Stopping after this batch. Interrupt again to stop at once.\r\n')
  const [, sealed, remaining] = /(\d+) sessions sealed with the current key; (\d+) rows remain /.exec(last!)!
  assert.deepEqual([code, Number(sealed) % BATCH, Number(sealed) + Number(remaining)], [130, 0, SESSIONS], npx.shown())
  // The line is taken away before anything else is printed.
  assert.match(last!, new RegExp(String.raw`\r\u001b\[K${sealed}\r\n`))
  const rest = await inProcess(['reencrypt', '--json'], env)
  assert.equal(JSON.parse(rest.stdout).reencrypted, Number(remaining))
})

test('the question before what destroys takes no for everything but yes, Ctrl+C and the end of input too', async () => {
  const refusals = await Promise.all(['n\n', '\n', 'yess\n', CTRL_C, '\u0004'].map(answered))
  for (const [code, shown] of refusals) {
    assert.equal(code, 1)
    assert.match(shown, /\r\nNothing was done\.\r\n$/)
  }
  assert.equal(await live(), SESSIONS)
  const [code, shown] = await answered('y\n')
  assert.equal(code, 0)
  assert.match(shown, new RegExp(`\\r\\n${SESSIONS} sessions ended\\.\\r\\n$`))
  assert.equal(await live(), 0)
})

test('colours are for terminals, each stream by itself, and not with NO_COLOR', async () => {
  const red = '\u001b[31merror:\u001b[39m there is no command "nonsense"\r\n'
  const [coloured, plain, apart, elsewhere] = await Promise.all([
    shownBy(command(['nonsense'])),
    shownBy(command(['nonsense'], { NO_COLOR: '1' })),
    shownBy(onTerminal('sh', ['-c', `'${process.execPath}' '${main}' nonsense > /dev/null`], { env: {} })),
    commandLine(['nonsense'], { env: { FORCE_COLOR: '1' } }),
  ])
  assert.deepEqual([coloured.includes(red), apart.includes(red)], [true, true], coloured + apart)
  assert.ok(!`${plain}${elsewhere.stderr}`.includes(ESCAPE))
  const doctor = command(['doctor'])
  assert.equal(await doctor.code, 0)
  assert.ok(doctor.shown().includes(`${ESCAPE}[32mok     ${ESCAPE}[39m connection`))
})

async function shownBy(terminal: ReturnType<typeof onTerminal>): Promise<string> {
  await terminal.code
  return terminal.shown()
}

describe('progress', () => {
  /** Work of 1,000 that does 10 in a second, as it is shown at these seconds. */
  function shownAt(isTerminal: boolean, seconds: number[]): string {
    const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: isTerminal, columns: 0 })
    let now = 0
    const progress = new Progress(
      new Output(false, new PassThrough(), stderr),
      { verb: 'sealed', total: 1_000 },
      () => now,
    )
    for (const second of seconds) {
      now = second * 1_000
      progress.update(second * 10)
    }
    progress.end()
    return String(stderr.read() ?? '')
  }

  test('is a line every five seconds where there is no terminal', () => {
    const every = Array.from({ length: 130 }, (_, n) => n / 10)
    assert.equal(
      shownAt(false, every),
      'sealed 50 of 1,000 (5%), 10/s, 2 min left\nsealed 100 of 1,000 (10%), 10/s, 2 min left\n',
    )
  })

  test('renews one line on a terminal, ten times a second at most, and takes it away', () => {
    assert.equal(
      shownAt(true, [0.01, 0.09, 0.1, 0.15, 30]),
      `${RENEWED}sealed 1 of 1,000 (0%), 10/s, 2 min left${RENEWED}sealed 300 of 1,000 (30%), 10/s, 70 s left${RENEWED}`,
    )
  })
})
