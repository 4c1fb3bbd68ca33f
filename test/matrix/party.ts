import type { FastifyInstance, FastifyRequest, LightMyRequestResponse as Response } from 'fastify'
import { type AppSession, sessionOf } from '../support/app.ts'
import type { Applications, Deed, World } from './world.ts'

export type Handle = (request: FastifyRequest, party: Party) => Promise<void>

/** A value of a session that says who wrote it, and whose the session was. */
export interface Stamp {
  readonly by: string
  readonly user: string | undefined
  readonly at: number
}

/** One of those who race: a request of a browser, a handshake, or an operator. */
export class Party {
  readonly name: string
  readonly world: World
  readonly browser: string
  readonly cookies: Record<string, string>
  readonly #applications: Applications
  readonly #index: number
  #app: FastifyInstance | undefined
  handle: Handle = async () => {}
  /** Of the last answer; undefined before there is one. */
  status: number | undefined
  /** Whether its response may delete the cookie, whatever the cookie is. */
  signsOut = false
  /** What failed, for a report. */
  error: Error | undefined
  began = 0
  answeredAt = Number.POSITIVE_INFINITY
  #tell = () => {}
  readonly answered = new Promise<void>((resolve) => {
    this.#tell = resolve
  })

  constructor(world: World, applications: Applications, index: number, browser: string, cookie: string | undefined) {
    this.name = 'abc'[index]!
    this.world = world
    this.browser = browser
    this.cookies = cookie ? { sessionId: cookie } : {}
    this.#applications = applications
    this.#index = index
    world.parties.set(this.name, this)
  }

  /** The application that serves this party: the same until it sends another request. */
  get app(): FastifyInstance {
    const { racing, last } = this.#applications
    this.#app ??= this.world.isOldKeyRemoved ? last : racing[this.#index % racing.length]!
    return this.#app
  }

  get isAcknowledged(): boolean {
    return this.status !== undefined && this.status < 300
  }

  /** Sends a request that the application handles like this. */
  async send(handle: Handle, browser = this.browser, cookies = this.cookies): Promise<Response> {
    this.handle = handle
    this.#app = undefined
    const response = await this.app.inject({
      method: 'POST',
      url: '/race',
      headers: { 'x-party': this.name },
      cookies,
    })
    this.settle(response.statusCode, response)
    this.world.answers.push({ party: this, browser, response, sentAt: this.answeredAt })
    return response
  }

  settle(status: number, response?: Response): void {
    this.status = status
    if (status >= 400 && response) this.error ??= new Error(response.body)
    this.answeredAt = this.world.tick()
    this.#tell()
  }

  /** Notes what is about to be done. */
  begin(deed: Omit<Deed, 'party' | 'began'>): Deed {
    const begun = { ...deed, party: this, began: this.world.tick() }
    this.world.deeds.push(begun)
    return begun
  }

  /** Notes that it is done. */
  done(deed: Deed, more: Partial<Deed> = {}): void {
    Object.assign(deed, more, { done: this.world.tick() })
  }

  /** Puts this party's key into the session; its response, or a save, tells whether it is stored. */
  change(session: AppSession, key = this.name, member?: string): Deed {
    const stamp = this.stamp(session.userId as string | undefined)
    if (member === undefined) session[key] = stamp
    else Object.assign(session[key] as object, { [member]: stamp })
    return this.begin({ what: 'save', id: session.sessionId, key, ...(member !== undefined && { member }) })
  }

  stamp(user: string | undefined): Stamp {
    return { by: this.name, user, at: this.world.tick() }
  }
}

/** Whether a request found the session that is raced for, or one that came of it. */
export const isFound = (request: FastifyRequest) => sessionOf(request)?.base !== undefined
