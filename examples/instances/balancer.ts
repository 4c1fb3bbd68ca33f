import {
  Agent,
  createServer,
  type IncomingMessage,
  request as requestTo,
  type Server,
  type ServerResponse,
} from 'node:http'
import { pipeline } from 'node:stream'

/** An instance that has not begun to answer for so long is not waited for any more. */
const PATIENCE_MS = 10_000

/**
 * Hands each request to the next instance in turn, as a load balancer does that knows nothing of sessions.
 *
 * @param instances - their addresses, such as `http://127.0.0.1:3001`
 */
export function balancer(instances: readonly string[]): Server {
  const agent = new Agent({ keepAlive: true })
  let turn = 0
  const server = createServer((request, response) => {
    forward(request, response, instances[turn++ % instances.length]!, agent)
  })
  // Connections that are kept would hold the instances and this process.
  return server.once('close', () => agent.destroy())
}

function forward(request: IncomingMessage, response: ServerResponse, instance: string, agent: Agent): void {
  const { method, url, headers, socket } = request
  // With the scheme, 'auto' makes the cookie Secure where a balancer ends TLS.
  const forwarded = { 'x-forwarded-for': socket.remoteAddress!, 'x-forwarded-proto': 'http' }
  const options = { method: method!, headers: { ...headers, ...forwarded }, agent, timeout: PATIENCE_MS }
  const onward = requestTo(new URL(url!, instance), options)
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode!, answer.headers)
    pipeline(answer, response, () => {})
  })
  onward.on('timeout', () => onward.destroy(new Error('it does not answer')))
  onward.on('error', ({ message }) => {
    if (response.headersSent) response.destroy()
    else response.writeHead(502).end(`${instance} failed: ${message}\n`)
  })
  // Whoever went away needs no answer.
  response.on('close', () => response.writableFinished || onward.destroy())
  request.pipe(onward)
}
