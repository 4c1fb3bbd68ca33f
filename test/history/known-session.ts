import { randomBytes } from 'node:crypto'
import { newSession, type Protocol, type Session } from '../races/protocol.ts'
import { countIn, entryOf } from './entry.ts'
import { limits } from './limits.ts'
import type { Log } from './violations.ts'

/** What was known when a read began: all that it can be judged by. */
interface Before {
  readonly now: number
  readonly isOver: boolean
  readonly isQuiet: boolean
  readonly lastUse: number
  readonly savedAt: number
  readonly createdBefore: number
  readonly least: ReadonlyMap<string, number>
}

let sessions = 0

/**
 * A session, and all that follows for it from what was asked and acknowledged. Where several things under way leave more
 * than one outcome open, each of them is right.
 */
export class KnownSession {
  readonly id = randomBytes(24).toString('base64url')
  readonly name = `s${++sessions}`
  readonly user: string
  readonly #log: Log
  readonly #isRich: boolean
  /** It was created in between. */
  #createdAfter = Number.POSITIVE_INFINITY
  #createdBefore = Number.POSITIVE_INFINITY
  /** A save that certainly was stored began then: it lives at least so much longer. */
  #savedAt = Number.NEGATIVE_INFINITY
  /** Nothing whatsoever used it later. */
  #lastUse = Number.NEGATIVE_INFINITY
  #underWay = 0
  #isEnding = false
  #isOver = false
  readonly #least = new Map<string, number>()
  readonly #sent = new Map<string, number>()

  constructor(user: string, isRich: boolean, log: Log) {
    this.user = user
    this.#isRich = isRich
    this.#log = log
  }

  /** Whether its first save was acknowledged. */
  get isStored(): boolean {
    return this.#createdBefore !== Number.POSITIVE_INFINITY
  }

  /** The first save of a new session. */
  async begin(protocol: Protocol, key: string): Promise<void> {
    this.#createdAfter = Date.now()
    await this.save(protocol, newSession({ tag: this.name, user: this.user }), key)
    this.#createdBefore = Date.now()
  }

  async load(protocol: Protocol): Promise<Session | null> {
    const before = this.#before()
    const session = await this.#during(() => protocol.load(this.id))
    if (session) this.#judge(session, before)
    else this.#judgeNone(before)
    return session
  }

  /** Counts a key of a session up, and saves it. */
  async save(protocol: Protocol, session: Session, key: string): Promise<void> {
    const count = (this.#sent.get(key) ?? 0) + 1
    this.#sent.set(key, count)
    session[key] = entryOf(this.name, count, this.#isRich)
    const begun = Date.now()
    const aliveUntil = this.#aliveUntil(this.isStored ? this.#savedAt : begun)
    await this.#during(() => protocol.save(this.id, session))
    this.#log.add(`${this.name} has ${key}=${count}, as it was at ${begun}`)
    // Otherwise it may have ended before it was saved, and such a save is acknowledged too.
    if (this.#isEnding || Date.now() >= aliveUntil) return
    this.#savedAt = Math.max(this.#savedAt, begun)
    this.#least.set(key, Math.max(this.#least.get(key) ?? 0, count))
  }

  async touch(protocol: Protocol, session: Session): Promise<void> {
    await this.#during(() => protocol.touch(this.id, session))
  }

  async end(protocol: Protocol): Promise<void> {
    await this.endBy(() => protocol.end(this.id))
  }

  /** Whatever else ends it. A session that is not stored when that begins may get away. */
  async endBy(end: () => Promise<unknown>, endsForSure = true): Promise<void> {
    this.#isEnding = true
    await this.#during(end)
    if (endsForSure) this.#isOver = true
    this.#log.add(`${this.name} ended`)
  }

  /** Something is under way that may end it, or not. */
  mayEnd(): void {
    this.#isEnding = true
  }

  #before(): Before {
    return {
      now: Date.now(),
      isOver: this.#isOver,
      isQuiet: this.#underWay === 0,
      lastUse: this.#lastUse,
      savedAt: this.#savedAt,
      createdBefore: this.#createdBefore,
      least: new Map(this.#least),
    }
  }

  #aliveUntil(savedAt: number): number {
    return Math.min(savedAt + limits.idleTimeout, this.#createdAfter + limits.absoluteTimeout)
  }

  async #during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#underWay++
    try {
      return await work()
    } finally {
      this.#underWay--
      this.#lastUse = Math.max(this.#lastUse, Date.now())
    }
  }

  #judgeNone({ now, isQuiet, lastUse, savedAt }: Before): void {
    this.#log.add(`${this.name} is not there`)
    if (!this.#isEnding && Date.now() < this.#aliveUntil(savedAt)) this.#log.violation('lost session', this.name)
    // What once was over, without anything under way that might have prolonged it, stays so.
    if (isQuiet && this.isStored && now >= lastUse + limits.idleTimeout) this.#isOver = true
  }

  #judge(session: Session, { now, isOver, isQuiet, lastUse, createdBefore, least }: Before): void {
    if (isOver) this.#log.violation('revived', this.name)
    if (now >= createdBefore + limits.absoluteTimeout) this.#log.violation('past its limits', `${this.name}, absolute`)
    if (isQuiet && now >= lastUse + limits.idleTimeout) this.#log.violation('past its limits', `${this.name}, idle`)
    if (session.tag !== this.name || session.user !== this.user)
      this.#log.violation('foreign or torn', `${this.name} has the content of ${session.tag}`)
    for (const [key, sent] of this.#sent) this.#judgeKey(session, key, least.get(key) ?? 0, sent)
  }

  #judgeKey(session: Session, key: string, least: number, sent: number): void {
    const count = countIn(session[key], this.name, this.#isRich)
    if (count === undefined || count > sent) this.#log.violation('foreign or torn', `${this.name}, ${key}`)
    else if (count < least) this.#log.violation('lost save', `${this.name}, ${key}: ${count} instead of ${least}`)
    // What was read once is there as long as the session is.
    else this.#least.set(key, Math.max(this.#least.get(key) ?? 0, count))
  }
}
