import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { userInfo } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { StoredSessionStore } from '../../../src/index.ts'
import { forEachDatabase, type TestDatabase } from '../../harness/databases.ts'
import { migrated } from '../../migrating/migrated.ts'
import { newSession, save } from '../../support/sessions.ts'
import { newId, secret } from '../../support/stores.ts'
import { until } from '../../support/until.ts'
import { userIdOf } from '../../support/user-id.ts'
import { type RunningCommand, settingsFor, startCommand } from '../command-line.ts'
import { inProcess } from '../in-process.ts'
import { DeskVisitor, heading } from './desk-visitor.ts'

const OPENS_ONCE =
  'This address opens mission control once, in one browser. Ctrl+C ends it, and so does an hour without use.\n'

forEachDatabase((target) => {
  describe('npx stored-session dashboard', () => {
    let database: TestDatabase
    const running: RunningCommand[] = []

    /** Starts the command, and returns it with the address that it printed. */
    async function started(...args: string[]): Promise<{ command: RunningCommand; url: string }> {
      const command = await startCommand(['dashboard', '--port', '0', ...args], { env: settingsFor(database) })
      running.push(command)
      let url = ''
      command.child.stdout!.on('data', (data) => {
        url += data
      })
      await until('it prints its address', () => url.endsWith('\n') || command.child.exitCode !== null)
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43}\n$/, command.stderr())
      return { command, url: url.trim() }
    }

    /** The handle of a new session of a user. */
    async function session(userId: string): Promise<string> {
      const store = new StoredSessionStore({ database: database.url, secret, trim: false, user: userIdOf })
      await save(store, newId(), newSession({ userId }))
      const { sessions } = await store.list({ user: userId })
      await store.close()
      return sessions[0]!.handle
    }

    before(async () => {
      database = await migrated(target)
    })
    after(async () => {
      for (const { child } of running) child.kill('SIGKILL')
      await database.drop()
    })

    test('its address opens once, and gives its browser a cookie and an address without the key', async () => {
      const { command, url } = await started()
      const visitor = new DeskVisitor(url)
      const closed = await visitor.open('/sessions')
      assert.deepEqual([closed.status, heading(closed)], [403, 'This browser has not entered'])
      const wrong = await visitor.open(`/?key=${'x'.repeat(43)}`)
      assert.deepEqual([wrong.status, heading(wrong)], [403, 'This address is not valid'])
      assert.equal((await visitor.open(url, { method: 'HEAD' })).status, 403)

      const first = await visitor.open(url)
      assert.deepEqual([first.status, first.headers.get('location')], [303, '/'])
      assert.match(
        first.headers.getSetCookie()[0]!,
        /^stored-session-desk-[\w-]{8}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
      )
      assert.equal((await visitor.open('/')).status, 200)
      for (const other of [new DeskVisitor(url), visitor]) {
        const second = await other.open(url)
        assert.deepEqual([second.status, heading(second)], [403, 'This address was already used'])
      }
      await until('it explains', () => command.stderr() === OPENS_ONCE)
      command.child.kill('SIGINT')
      const { code, stderr } = await command.end
      assert.deepEqual([code, stderr], [0, `${OPENS_ONCE}Stopping.\n`])
    })

    test('what an operator ends there has the name of the account in the history', async () => {
      const handle = await session('ada')
      const { command, url } = await started()
      const visitor = new DeskVisitor(url)
      await visitor.open(url)
      // Users show without the option `user`, which variables cannot set.
      assert.match((await visitor.open('/sessions')).text, />ada</)
      const question = await visitor.open(`/sessions/${handle}/end`)
      const done = await visitor.submit(question, `/sessions/${handle}/end`, {})
      assert.equal(done.status, 303, done.text)
      command.child.kill('SIGTERM')
      assert.equal((await command.end).code, 0)
      const { stdout } = await inProcess(['history', '--handle', handle, '--json'], settingsFor(database))
      const { events } = JSON.parse(stdout)
      assert.deepEqual([events[0].kind, events[0].actor], ['revoked', userInfo().username])
    })

    test('--read-only changes nothing', async () => {
      const handle = await session('grace')
      const { command, url } = await started('--read-only')
      const visitor = new DeskVisitor(url)
      await visitor.open(url)
      const page = await visitor.open(`/sessions/${handle}`)
      assert.equal(page.status, 200)
      assert.ok(!page.text.includes(`${handle}/end`))
      for (const method of ['GET', 'POST']) {
        assert.equal((await visitor.open(`/sessions/${handle}/end`, { method })).status, 403)
      }
      command.child.kill('SIGINT')
      await command.end
      const { stdout } = await inProcess(['count', '--user', 'grace', '--state', 'live'], settingsFor(database))
      assert.equal(stdout, '1\n')
    })

    test('it answers to the names of this machine alone, with any port', async () => {
      const { url } = await started()
      const hosts = ['localhost:9000', '127.0.0.1', '[::1]:1', 'LOCALHOST', 'evil.example', '127.0.0.1.evil.example']
      const statuses = await Promise.all(hosts.map((host) => statusFor(url, host)))
      assert.deepEqual(statuses, [403, 403, 403, 403, 421, 421])
      assert.equal(await statusFor(url, 'evil.example', new URL(url).search), 421)
      assert.equal((await new DeskVisitor(url).open(url)).status, 303, 'the key still works')
    })

    test('it works through a tunnel that begins at another port', async () => {
      const handle = await session('alan')
      const { url } = await started()
      const tunnel = await tunnelTo(url)
      const own = url.replace(new URL(url).host, `localhost:${tunnel.port}`)
      const visitor = new DeskVisitor(own)
      assert.equal((await visitor.open(own)).headers.get('location'), '/')
      const question = await visitor.open(`/sessions/${handle}/end`)
      const headers = { origin: new URL(own).origin, 'sec-fetch-site': 'same-origin' }
      assert.equal((await visitor.submit(question, `/sessions/${handle}/end`, {}, headers)).status, 303)
      const elsewhere = { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }
      assert.equal((await visitor.submit(question, `/sessions/${handle}/end`, {}, elsewhere)).status, 403)
      tunnel.close()
    })

    test('a port that is in use, and values that are none, stop the start and say what to do', async () => {
      const { url } = await started()
      const { port } = new URL(url)
      for (const [args, code, message] of [
        [['--port', port], 1, `error: port ${port} on 127.0.0.1 is in use; pass another one with --port\n`],
        [['--port', '65536'], 2, 'error: --port must be a port from 0 to 65535\n'],
        [['--host', 'http://0.0.0.0'], 2, 'error: --host must be an address or a name, such as 0.0.0.0, without'],
        [['--host', '0.0.0.0'], 2, 'error: a password is needed, and there is no terminal to ask for one; pass --pass'],
      ] as const) {
        const end = await inProcess(['dashboard', ...args], settingsFor(database))
        assert.deepEqual([end.code, end.stdout, end.stderr.startsWith(message)], [code, '', true], end.stderr)
      }
      const { code, stderr } = await inProcess(['dashboard'], { DATABASE_URL: database.url })
      assert.match(`${code} ${stderr}`, /^1 error: this command needs the keys of the sessions; set SESSION_SECRET/)
    })
  })
})

/** The status of a request with this header `Host`. */
function statusFor(url: string, host: string, path = '/'): Promise<number | undefined> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: path.startsWith('?') ? `/${path}` : path, headers: { host } })
    sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject)
    sent.end()
  })
}

/** Forwards a port of its own, as `ssh -L` does. */
async function tunnelTo(url: string): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1')
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    near.pipe(far).pipe(near)
  })
  await once(server.listen(0, 'localhost'), 'listening')
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, close }
}
