/** One application with one store, as a process of its own: `app.ts <store> <url> [count]`. */
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyRequest } from 'fastify'
import { stores } from './stores.ts'

const [name, url = '', count] = process.argv.slice(2)
const store = stores.find((one) => one.name === name)
if (!store) throw new Error(`there is no store ${name}`)

let statements = 0
const app = Fastify()
// Without a log nothing would say why a request failed; a request that does not fail runs no such hook.
app.addHook('onError', async (_request, _reply, error) => console.error(error))
await store.register(app, url, count ? () => void statements++ : undefined)

const sessionOf = (request: FastifyRequest) => request.session as unknown as Record<string, unknown>
const answer = store.name === 'none' ? () => 'somebody' : (request: FastifyRequest) => signedIn(request).userId

app.get<{ Params: { user: string; bytes: string } }>('/login/:user/:bytes', async (request) => {
  if (store.name !== 'none')
    Object.assign(sessionOf(request), contentOf(request.params.user, Number(request.params.bytes)))
  return { userId: request.params.user }
})
app.get('/read', async (request) => ({ userId: answer(request) }))
app.get('/write', async (request) => {
  if (store.name !== 'none') sessionOf(request).visits = Number(signedIn(request).visits) + 1
  return { userId: answer(request) }
})

function signedIn(request: FastifyRequest): Record<string, unknown> {
  const session = sessionOf(request)
  if (typeof session.userId !== 'string') throw new Error('nobody is signed in')
  return session
}

/** A session of so many bytes as JSON. */
function contentOf(userId: string, bytes: number): object {
  const content = {
    userId,
    name: 'Ada Lovelace',
    roles: ['member', 'editor'],
    csrf: randomBytes(24).toString('base64url'),
    locale: 'en-GB',
    visits: 0,
    cart: [{ item: 1815, quantity: 2 }],
    seen: '/shop/engines?page=3',
    note: '',
  }
  const missing = Math.max(0, bytes - JSON.stringify(content).length)
  return { ...content, note: randomBytes(missing).toString('base64url').slice(0, missing) }
}

process.on('message', (message) => {
  if (message === 'statements') process.send!({ statements })
  if (message === 'memory') sendMemory()
})

function sendMemory(): void {
  app.server.getConnections((_error, connections) => {
    // Connections that the load has just closed are handles of this process until it notices.
    if (connections > 0) return void setTimeout(sendMemory, 10)
    globalThis.gc?.()
    process.send!({ rss: process.memoryUsage().rss, heap: process.memoryUsage().heapUsed, handles: handles() })
  })
}
const handles = () => process.getActiveResourcesInfo().length

process.on('disconnect', () => process.exit())
process.on('SIGTERM', () => process.exit())

await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.({ port: (app.server.address() as AddressInfo).port })
