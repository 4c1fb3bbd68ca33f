import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'

/** Of the application, as RFC 6455, section 7.4.2, leaves 4000 to 4999 to it: come back with the cookie that you have now. */
export const SESSION_OVER = 4401

/**
 * The sockets that are open in this process, each with the session of its handshake, and closed when that is over. What
 * ends here is noticed at once; for what ends in other processes, by a timeout, or goes on under another id, this asks
 * the database once in an interval, with a statement for each user who has a socket open.
 */
export class OpenSockets {
  readonly #sessions: FastifyInstance['storedSession']
  /** By user, and by the handle of the session. */
  readonly #open = new Map<string, Map<string, Set<WebSocket>>>()

  constructor(app: FastifyInstance, interval: number) {
    this.#sessions = app.storedSession
    const look = () => void this.look().catch((err) => app.log.error({ err }, 'sockets were not looked through'))
    this.#sessions.on('delete', ({ sid, outcome }) => {
      if (outcome === 'destroyed') this.#close(sid!)
      // Its events do not name the sessions.
      else if (outcome === 'revoked') look()
    })
    const timer = setInterval(look, interval).unref()
    app.addHook('preClose', async () => clearInterval(timer))
  }

  /** Remembers a socket until it is closed. */
  add(socket: WebSocket, user: string, session: FastifyRequest['session']): void {
    const handle = this.#sessions.handle(session)
    const ofUser = this.#open.get(user) ?? new Map<string, Set<WebSocket>>()
    const ofSession = ofUser.get(handle) ?? new Set()
    this.#open.set(user, ofUser.set(handle, ofSession.add(socket)))
    socket.once('close', () => {
      ofSession.delete(socket)
      if (ofSession.size === 0) ofUser.delete(handle)
      if (ofUser.size === 0) this.#open.delete(user)
    })
  }

  /** Closes the sockets of sessions that are not live any more. While the database is away, nobody is sent away. */
  async look(): Promise<void> {
    for (const [user, ofUser] of [...this.#open]) {
      const asked = [...ofUser.keys()]
      // Unlike reading a session this does not prolong it: an open socket alone is no use of it.
      const { sessions } = await this.#sessions.list({ user, state: 'live', limit: 1000 })
      const live = new Set(sessions.map(({ handle }) => handle))
      for (const handle of asked) if (!live.has(handle)) this.#close(handle)
    }
  }

  #close(handle: string): void {
    for (const ofUser of this.#open.values()) {
      for (const socket of ofUser.get(handle) ?? []) socket.close(SESSION_OVER, 'session over')
    }
  }
}
