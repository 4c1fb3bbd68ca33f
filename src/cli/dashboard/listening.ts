import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { CommandError } from '../frame/errors.ts'

/** Begins to listen, and returns the origin of the server. @throws `CommandError`, with what to do */
export async function originOf(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw new CommandError(faultOf(error as NodeJS.ErrnoException, host, port), { cause: error })
  }
  const { port: given } = app.server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${given}`
}

function faultOf({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `port ${port} on ${host} is in use; pass another one with --port`
  if (code === 'EACCES') return `this account may not listen on port ${port}; pass a port above 1023 with --port`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `--host names ${host}, which is no address of this machine; pass one of its addresses, or 0.0.0.0 for all`
  }
  return `cannot listen on ${host} port ${port}: ${message}`
}
