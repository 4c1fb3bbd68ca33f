import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { ExampleApp } from './example-app.ts'
import { counterOn, Visitor } from './example-visitor.ts'

test('without settings the sessions are in sessions.db, and the secret in a file for its owner alone', async (t) => {
  const app = await started(t, {})
  const file = join(app.folder, '.session-secret')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.ok(existsSync(join(app.folder, 'sessions.db')))
  const secret = readFileSync(file, 'utf8')
  const { cookie } = await Visitor.signedIn(app, 'ada')
  assert.equal(await app.end('SIGTERM'), 0)

  const again = await started(t, { folder: app.folder })
  assert.equal(readFileSync(file, 'utf8'), secret)
  assert.equal(counterOn(await new Visitor(cookie).open(again)), 0)
})

test('processes that start together in an empty folder agree on one secret', async (t) => {
  const folder = temporaryFolder('example')
  const [one, other] = await Promise.all([started(t, { folder }), started(t, { folder })])
  const { cookie } = await Visitor.signedIn(one, 'ada')
  assert.equal(counterOn(await new Visitor(cookie).open(other)), 0)
})

test('a secret in SESSION_SECRET is used, and none is kept in a file', async (t) => {
  const app = await started(t, { env: { SESSION_SECRET: 'first '.repeat(8) } })
  const { cookie } = await Visitor.signedIn(app, 'ada')
  assert.ok(!existsSync(join(app.folder, '.session-secret')))

  const withOther = await started(t, { folder: app.folder, env: { SESSION_SECRET: 'second '.repeat(8) } })
  assert.equal(counterOn(await new Visitor(cookie).open(withOther)), undefined)
})

test('a secret file that was cut short stops the start and says what to do', async () => {
  const folder = temporaryFolder('example')
  writeFileSync(join(folder, '.session-secret'), 'cut short')
  const app = new ExampleApp({ folder })
  assert.equal(await app.ended(), 1)
  assert.equal(
    app.output,
    'The secret in .session-secret is incomplete: end its line, or delete the file to sign everybody out\n',
  )
})

test('a port that is taken, or none, stops the start and says what to do', async (t) => {
  const port = portOf(await started(t, {}))
  const taken = new ExampleApp({ env: { PORT: String(port) } })
  const impossible = new ExampleApp({ env: { PORT: 'http' } })
  assert.equal(await taken.ended(), 1)
  assert.equal(taken.output, `Port ${port} on 127.0.0.1 is taken. Choose another one: PORT=${port + 1} npm start\n`)
  assert.equal(await impossible.ended(), 1)
  assert.equal(impossible.output, 'PORT must be a number from 0 to 65535, not "http"\n')
})

test('SIGINT, twice even, ends the application with exit code 0 while browsers hold connections open', async (t) => {
  const app = await started(t, {})
  await new Visitor().open(app)
  const unused = connect(portOf(app), '127.0.0.1')
  await once(unused, 'connect')
  const ending = app.end('SIGINT')
  // Once nobody is let in any more, the first signal has been acted on.
  while (await accepts(app));
  await app.end('SIGINT')
  assert.equal(await ending, 0)
  unused.destroy()
})

function portOf(app: ExampleApp): number {
  return Number(new URL(app.url).port)
}

async function accepts(app: ExampleApp): Promise<boolean> {
  const connection = connect(portOf(app), '127.0.0.1')
  const isAccepted = await once(connection, 'connect').then(
    () => true,
    () => false,
  )
  connection.destroy()
  return isAccepted
}

/** Starts the application for one test. */
async function started(
  t: { after(end: () => Promise<unknown>): void },
  place: ConstructorParameters<typeof ExampleApp>[0],
): Promise<ExampleApp> {
  const app = new ExampleApp(place)
  t.after(() => app.end('SIGKILL'))
  await app.listening()
  return app
}
