import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { balancer } from './balancer.ts'

const COUNT = 2

// The instances are processes of their own, and know of each other by the database alone.
const env = {
  ...process.env,
  DATABASE_URL: process.env.DATABASE_URL || 'sqlite:sessions.db',
  SESSION_SECRET: process.env.SESSION_SECRET || randomBytes(48).toString('base64'),
  PORT: '0',
}
const program = fileURLToPath(new URL('instance.ts', import.meta.url))
const instances = Array.from({ length: COUNT }, () => fork(program, { env }))
let server: Server | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)

const addresses = await Promise.all(instances.map(addressOf))
server = balancer(addresses)
server.listen(Number(process.env.PORT || 3000), '127.0.0.1')
await once(server, 'listening')
for (const address of addresses) console.log(`Instance on ${address}`)
console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)

/** Where an instance listens; one that ends instead ends everything. */
async function addressOf(instance: ChildProcess): Promise<string> {
  const ended = once(instance, 'exit').then(() => undefined)
  const told = once(instance, 'message').then(([message]) => message as { address: string })
  const message = await Promise.race([told, ended])
  if (message) return message.address
  console.error('An instance did not start.')
  stop()
  process.exit(1)
}

function stop(): void {
  server?.close()
  server?.closeAllConnections()
  for (const instance of instances) instance.kill('SIGTERM')
}
