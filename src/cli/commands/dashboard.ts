import { defineCommand } from '../frame/command.ts'
import { exitCodes, UsageError } from '../frame/errors.ts'
import type { Invocation } from '../frame/invocation.ts'
import type { OptionValues } from '../frame/options.ts'
import { printable } from '../frame/output.ts'
import { operatorName } from '../inputs/operator.ts'
import { portNumber } from '../inputs/values.ts'

const USUAL_PORT = 4747
const USUAL_HOST = '127.0.0.1'
const IDLE_MS = 3_600_000

const options = {
  port: { type: 'string', value: 'N', description: `the port (default: ${USUAL_PORT}); 0 for any free one` },
  'read-only': { type: 'boolean', description: 'show everything, and change nothing' },
  reveal: { type: 'boolean', description: 'also show the content of sessions, on request; each look is recorded' },
  host: {
    type: 'string',
    value: 'ADDRESS',
    description: `the address to listen on (default: ${USUAL_HOST}); others than of this machine need a password`,
  },
  'password-file': {
    type: 'string',
    value: 'PATH',
    description: 'a file with a password, instead of the one-time address; only its owner may open it (mode 600)',
  },
} as const

export const dashboard = defineCommand({
  name: 'dashboard',
  summary: 'Open mission control in a browser: see and end sessions, users, history and health.',
  usage: '[--port N] [--read-only] [--reveal] [--host ADDRESS [--password-file PATH]]',
  details: `
Serves mission control on this machine until Ctrl+C, or until nobody has used it for an hour. It prints an address that
works once, in one browser. To use it from another machine, open a tunnel there first:

  ssh -L ${USUAL_PORT}:127.0.0.1:${USUAL_PORT} user@server

With --host it listens on another address, and asks browsers for a password: one from a file, or one that you enter.`,
  options,
  async run(invocation) {
    const { values, output } = invocation
    const port = portNumber('port', values.port) ?? USUAL_PORT
    const host = values.host?.replace(/^\[(.*)\]$/, '$1') ?? USUAL_HOST
    const entrance = await entranceOf(invocation, host)
    const store = await invocation.openStore({ needsKeys: true, history: 'if-present', showsAll: true })
    const { deskOf } = await import('../dashboard/desk.ts')
    const { originOf } = await import('../dashboard/listening.ts')
    const { app, idle } = deskOf({
      store,
      entrance,
      actor: operatorName() ?? 'operator',
      mode: values['read-only'] ? 'read' : 'write',
      reveal: values.reveal ?? false,
      idleMs: IDLE_MS,
      trustProxy: (await invocation.settings()).trustProxy,
      onError: (error) => output.message(`${output.paintMessage('red', 'error:')} ${printable(error.message)}`),
    })
    try {
      const url = (await originOf(app, host, port)) + entrance.start
      output.print({ url }, url)
      output.message(entrance.isLocal ? OPENS_ONCE : NO_TLS)
      const isIdle = await Promise.race([invocation.interrupted('Stopping.').then(() => false), idle.then(() => true)])
      if (isIdle) output.message('Nobody used it for an hour, so it ended.')
      return exitCodes.ok
    } finally {
      await app.close()
    }
  },
})

const OPENS_ONCE = `This address opens mission control once, in one browser. Ctrl+C ends it, and so does an hour without use.`

const NO_TLS = `Browsers sign in with the password. This server does not encrypt (no TLS): put a proxy before it that does, or
use an SSH tunnel. Ctrl+C ends it, and so does an hour without use.`

async function entranceOf(invocation: Invocation<OptionValues<typeof options>>, host: string) {
  const { host: given, 'password-file': path } = invocation.values
  if (given !== undefined && /[\s/@]|:\/\//.test(given)) {
    throw new UsageError('--host must be an address or a name, such as 0.0.0.0, without scheme and port')
  }
  const { isLoopback } = await import('../dashboard/loopback.ts')
  if (path === undefined && isLoopback(host)) {
    const { OneTimeAddress } = await import('../dashboard/one-time-address.ts')
    return new OneTimeAddress()
  }
  const { checkedPassword, passwordFrom } = await import('../dashboard/password-file.ts')
  const password =
    path === undefined
      ? checkedPassword(await invocation.askPassword('Choose a password for browsers:', '--password-file'))
      : passwordFrom(path)
  const { PasswordEntrance } = await import('../dashboard/password-entrance.ts')
  return new PasswordEntrance(password, IDLE_MS)
}
