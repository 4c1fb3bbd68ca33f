import type { FastifyRequest } from 'fastify'
import { InvalidHandleError } from '../../errors.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'

/** The handle of the operator's own session, if it is a session of this store. */
export async function ownHandleOf(store: StoredSessionStore, request: FastifyRequest): Promise<string | undefined> {
  // The host of these pages may have sessions of another kind, or none.
  const { session } = request as { session?: { readonly sessionId?: unknown } }
  if (typeof session?.sessionId !== 'string') return undefined
  try {
    const handle = await store.currentHandle(session as { readonly sessionId: string })
    return (await store.inspect(handle))?.state === 'live' ? handle : undefined
  } catch (error) {
    if (error instanceof InvalidHandleError) return undefined
    throw error
  }
}

/** The handles of a session that stays: the known one, and the one that it has after a rotation meanwhile. */
export async function keptHandles(store: StoredSessionStore, own: string | undefined): Promise<ReadonlySet<string>> {
  if (own === undefined) return new Set()
  const { currentHandle = own } = (await store.inspect(own)) ?? {}
  return new Set([own, currentHandle])
}
