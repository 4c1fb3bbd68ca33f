import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { background, ending, execute, hasEnded } from './command.ts'
import { debianLike } from './debian-packages.ts'
import { freePort } from './free-port.ts'
import { cached } from './package-cache.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { unpackedLine } from './unpacked-program.ts'

export interface RedisServer {
  readonly url: string
  /** Stops the server and deletes its data. */
  remove(): Promise<void>
}

const startLimit = 20_000

/**
 * Starts a Redis: that of this machine, or one unpacked from the distribution's package; undefined when there is none.
 *
 * @param settings - words of its command line, behind our own: they win
 */
export async function startRedis(settings: string[] = []): Promise<RedisServer | undefined> {
  const line = (await installedRedis()) ?? (await unpackedRedis())
  if (!line) return undefined
  const folder = temporaryFolder('redis')
  const port = await freePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
  const child = background({ line: [...line, ...options, ...settings] }, join(folder, 'log'))
  await untilItListens(child, port)
  return { url: `redis://127.0.0.1:${port}`, remove: () => remove(child, folder) }
}

// By its name: one program goes by many here, and looks which it was called.
async function installedRedis(): Promise<string[] | undefined> {
  return execute({ line: ['redis-server', '--version'] }).then(
    () => ['redis-server'],
    () => undefined,
  )
}

async function unpackedRedis(): Promise<string[] | undefined> {
  if (debianLike() === undefined) return undefined
  const root = await cached('redis', async (target, apt) => {
    await apt.update()
    await apt.unpack('redis-server', target)
  })
  return unpackedLine(root, join('usr', 'bin', 'redis-server'))
}

async function untilItListens(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + startLimit
  while (!(await listens(port))) {
    if (hasEnded(child)) throw new Error(`redis-server ended with ${ending(child)}`)
    if (Date.now() > deadline) throw new Error('redis-server did not answer in time')
    await sleep(50)
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function remove(child: ChildProcess, folder: string): Promise<void> {
  if (!hasEnded(child)) {
    // Where nothing else is left to do, Node would not wait for it.
    child.ref()
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  await rm(folder, { recursive: true, force: true })
}
