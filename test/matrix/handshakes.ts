import { promisify } from 'node:util'
import type { FastifyRequest } from 'fastify'
import type { Operation } from './operations.ts'
import { type Handle, isFound, type Party } from './party.ts'

/** A handshake that is open while others act, and then does this with its session. */
export function onHandshake(work: Handle): Operation {
  return { from: 'browser', run: (party) => settled(party, () => handshake(party, work)) }
}

async function handshake(party: Party, work: Handle): Promise<void> {
  const { sessionId } = party.cookies
  if (!sessionId) return
  // What a server of websockets has of a handshake: no hook ran, and there is a cookie alone.
  const request = {} as FastifyRequest
  const { app } = party
  await promisify((done: (error?: Error) => void) => app.decryptSession(sessionId, request, done))()
  if (!isFound(request)) return
  await party.world.pause('open')
  await work(request, party)
}

/** Notes how a call ended that has no response. */
export async function settled(party: Party, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
    party.settle(200)
  } catch (error) {
    const { statusCode = 500 } = error as { statusCode?: number }
    if (statusCode >= 500) party.error = error as Error
    party.settle(statusCode)
  }
}
