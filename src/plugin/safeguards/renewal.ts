import type { FastifyReply, FastifyRequest } from 'fastify'
import { sidOf } from '../../payload/session-id.ts'
import type { LoadedVersion } from '../../store/live/live-session.ts'
import { loadedVersionOf } from '../../store/live/loaded-version.ts'
import { canCarryCookie } from './carrying.ts'

/** The most renewals that are remembered. */
const MOST = 10_000

/** Gives a session another id: false when it keeps its id. */
type Rotate = (request: FastifyRequest) => Promise<boolean>

/** Renews the ids of sessions with their responses, for the option `rotateEvery`. */
export class Renewal {
  readonly #every: number | false
  readonly #rotate: Rotate
  /** Rows whose renewal has begun, so that the other requests of a page begin none. */
  readonly #begun = new Set<string>()

  constructor(every: number | false, rotate: Rotate) {
    this.#every = every
    this.#rotate = rotate
  }

  /** Renews the id of a request's session if that is due. A failure leaves the session its id, and never rejects. */
  async renew(request: FastifyRequest): Promise<void> {
    const row = rowOf(request.session)
    if (this.#begun.has(row)) return
    // A Set keeps the order of insertion, so its first member is the oldest.
    if (this.#begun.size >= MOST) this.#begun.delete(this.#begun.values().next().value as string)
    this.#begun.add(row)
    const isRenewed = await this.#rotate(request).catch(() => false)
    if (!isRenewed) this.#begun.delete(row)
  }

  /** Whether another request renews the id of this session: its response carries the cookie. */
  hasBegun(session: FastifyRequest['session']): boolean {
    return this.#begun.size > 0 && this.#begun.has(rowOf(session))
  }

  /** Whether the id of a request's session is to be renewed with this response. */
  isDue(request: FastifyRequest, reply: FastifyReply): boolean {
    const loaded = loadedVersionOf(request.session)
    return loaded !== undefined && this.#isOld(loaded) && canCarryCookie(request, reply)
  }

  #isOld({ hasOldId, followed, createdAt, lifetime }: LoadedVersion): boolean {
    // The cookie of the id that nobody used did not arrive.
    if (hasOldId) return followed?.isUnused === true
    return this.#every !== false && Date.now() - (lifetime.renewedAt ?? createdAt) >= this.#every
  }
}

function rowOf(session: FastifyRequest['session']): string {
  const sid = loadedVersionOf(session)?.followed?.sid ?? sidOf(session.sessionId)
  return sid.toString('latin1')
}
