import type { FastifyReply, FastifyRequest } from 'fastify'
import { deadlineOf, type Limits } from '../store/core/lifetime.ts'
import { noteOf } from '../store/live/live-session.ts'
import { hasOldId, loadedVersionOf } from '../store/live/loaded-version.ts'
import { isWithheld as isWithheldHeir } from '../store/requests/heirs.ts'
import type { StoredSessionStore } from '../store/stored-session-store.ts'
import { clearsCookie, lastLine, replaceLines, setsCookie } from './cookie/cookie-header.ts'
import type { CookieLines } from './cookie/cookie-lines.ts'
import { isSession, requestNote } from './request-state.ts'
import type { Renewal } from './safeguards/renewal.ts'

type Session = FastifyRequest['session']

/** Decides for each response whether it sets the session's cookie, clears it, or leaves it as it is. */
export class CookieAnswers {
  readonly #store: StoredSessionStore
  readonly #lines: CookieLines
  readonly #limits: Limits
  readonly #renewal: Renewal

  constructor(store: StoredSessionStore, lines: CookieLines, limits: Limits, renewal: Renewal) {
    this.#store = store
    this.#lines = lines
    this.#limits = limits
    this.#renewal = renewal
  }

  /** Adds the line that a response needs after its session was saved, or left as it was. */
  begin(request: FastifyRequest, reply: FastifyReply): void {
    const { session } = request
    const { sentValue } = requestNote(request)
    if (session.isSaved()) reply.header('set-cookie', this.#setting(request))
    else if (sentValue !== undefined && sentValue !== this.#lines.valueOf(session))
      reply.header('set-cookie', this.#lines.clearing(request))
  }

  /** Corrects the lines of a response once its session is final. */
  settle(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const { session } = request
    if (!this.#repeatsId(session, reply)) return this.#settle(request, reply, done)
    // Another process may have rotated the id meanwhile: if the check fails, the browser keeps its cookie.
    const end = (isPresent: boolean) => {
      if (!isPresent) noteOf(session).hasOldId = true
      this.#settle(request, reply, done)
    }
    this.#store.requests.isPresent(session.sessionId).then(end, () => end(false))
  }

  #settle(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    const { name } = this.#lines
    if (this.#isWithheld(request)) replaceLines(reply, name, [])
    else if (this.#isOver(request, reply.statusCode) || clearsCookie(reply, name))
      this.#put(request, reply, this.#lines.clearing(request))
    else if (setsCookie(reply, name)) this.#put(request, reply, lastLine(reply, name) as string)
    done()
  }

  /** The lines for a response that Fastify does not send, by what has been stored until now. */
  linesFor(request: FastifyRequest): string[] {
    const { session } = request
    const { isAnonymous } = requestNote(request)
    if (isAnonymous || this.#isWithheld(request)) return []
    if (this.#isOver(request, 200)) return this.#withFormer(request, this.#lines.clearing(request))
    const isWritten = isSession(session) && loadedVersionOf(session)?.isWritten
    return isWritten ? this.#withFormer(request, this.#setting(request)) : []
  }

  // A server should not send two lines for one cookie at one place. @see RFC 6265, section 4.1.1
  #put(request: FastifyRequest, reply: FastifyReply, line: string): void {
    replaceLines(reply, this.#lines.name, this.#withFormer(request, line))
  }

  #withFormer(request: FastifyRequest, line: string): string[] {
    return [...this.#lines.clearingFormer(request), line]
  }

  // The browser must not keep, and the application must not trust, a cookie that opens no session.
  #setting(request: FastifyRequest): string {
    const loadedVersion = loadedVersionOf(request.session)
    if (!loadedVersion) return this.#lines.setting(request)
    const { lifetime, createdAt } = loadedVersion
    return this.#lines.setting(request, deadlineOf(this.#limits, lifetime, createdAt, Date.now()))
  }

  /** Whether a response repeats an id that no statement of its request has written. */
  #repeatsId(session: Session, reply: FastifyReply): boolean {
    if (!isSession(session) || hasOldId(session) || noteOf(session).isGone) return false
    const isWritten = loadedVersionOf(session)?.isWritten ?? true
    return !isWritten && setsCookie(reply, this.#lines.name)
  }

  // The browser has another cookie, or gets it with another response.
  #isWithheld(request: FastifyRequest): boolean {
    const { session } = request
    const hasSession = isSession(session)
    if (hasSession && this.#store.rotatedIds.has(session.sessionId)) noteOf(session).hasOldId = true
    if (hasSession && (hasOldId(session) || isWithheldHeir(session) || this.#renewal.hasBegun(session))) return true
    const { namesOldId, isUnproven } = requestNote(request)
    return (namesOldId || isUnproven) && !(hasSession && loadedVersionOf(session))
  }

  #isOver(request: FastifyRequest, statusCode: number): boolean {
    const { session } = request
    if (session !== null) return noteOf(session).isGone && !hasOldId(session)
    const { hasFailed, sentValue } = requestNote(request)
    return !hasFailed && statusCode < 500 && sentValue !== undefined
  }
}
