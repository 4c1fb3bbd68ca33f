import { Disturbance, type Moment } from './disturbance.ts'
import { limits } from './limits.ts'
import { isUnanswered } from './unanswered.ts'

/** Rows stay for longer than this when they are over. Milliseconds. */
const KEPT_MS = 30 * 60_000

/** How a session was ended. */
export type EndedBy = 'present id' | 'old id'

/** What was known of the life of a session when something began. */
export interface LifeBefore {
  readonly now: number
  readonly isOver: boolean
  readonly isStored: boolean
  readonly mayHaveEnded: boolean
  readonly isQuiet: boolean
  readonly ending: Moment
  readonly lastUse: number
  readonly savedAt: number
  readonly createdBefore: number
}

/** When a session began, until when it lives by its limits, and whether it has ended. */
export class Life {
  readonly #using = new Disturbance()
  readonly #ending = new Disturbance()
  /** It was created in between. */
  #createdAfter = Number.POSITIVE_INFINITY
  #createdBefore = Number.POSITIVE_INFINITY
  /** A save that certainly was stored began then: it lives at least so much longer. */
  #savedAt = Number.NEGATIVE_INFINITY
  /** Nothing whatsoever used it later. */
  #lastUse = Number.NEGATIVE_INFINITY
  #mayHaveEnded = false
  #mayNotBe = false
  #isOver = false
  #endedBy: EndedBy | undefined
  #endedAt = Number.POSITIVE_INFINITY

  /** Whether it certainly is stored, or was. */
  get isStored(): boolean {
    return this.#createdBefore !== Number.POSITIVE_INFINITY
  }

  /** What ended it for sure; undefined when nothing did, or its time was up. */
  get endedBy(): EndedBy | undefined {
    return this.#endedBy
  }

  /** Whether its rows may be trimmed soon, or are: then nothing tells that it ever was. */
  get mayBeTrimmed(): boolean {
    return Date.now() >= Math.min(this.#endedAt + KEPT_MS, this.#createdAfter + limits.absoluteTimeout - KEPT_MS)
  }

  /** Whether it may take a place: nothing says that it is over. */
  get mayLive(): boolean {
    const isUnused = !this.#using.isUnderWay && Date.now() >= this.#lastUse + limits.idleTimeout
    return !this.#isOver && !isUnused && Date.now() < this.#absoluteEnd
  }

  before(): LifeBefore {
    return {
      now: Date.now(),
      isOver: this.#isOver,
      isStored: this.isStored,
      mayHaveEnded: this.#mayHaveEnded || this.#mayNotBe,
      isQuiet: !this.#using.isUnderWay,
      ending: this.#ending.moment(),
      lastUse: this.#lastUse,
      savedAt: this.#savedAt,
      createdBefore: this.#createdBefore,
    }
  }

  /**
   * Whether nothing can have ended it until now.
   *
   * @param endings - those that the caller had begun by then
   */
  isAlive(before: LifeBefore, endings = 0): boolean {
    return this.#isUnended(before, endings) && Date.now() < this.#aliveUntil(before.savedAt)
  }

  /** Whether what was saved meanwhile certainly was stored, the first save too. */
  takesSaves(before: LifeBefore): boolean {
    const { isStored, savedAt, now } = before
    return this.#isUnended(before) && Date.now() < this.#aliveUntil(isStored ? savedAt : now)
  }

  beginning(): void {
    this.#createdAfter = Date.now()
    this.#lastUse = Date.now()
  }

  begun(): void {
    this.#createdBefore = Math.min(this.#createdBefore, Date.now())
  }

  /** A save that began then certainly was stored. */
  saved(at: number): void {
    this.#savedAt = Math.max(this.#savedAt, at)
  }

  async using<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#using.during(work)
    } catch (error) {
      if (isUnanswered(error)) this.#using.hold()
      throw error
    } finally {
      this.#lastUse = Math.max(this.#lastUse, Date.now())
    }
  }

  /** All is quiet: what was not answered has happened by now, or never will. */
  settle(): void {
    if (this.#using.isUnderWay) this.#lastUse = Date.now()
    this.#using.release()
    this.#ending.release()
  }

  /** It may never begin. */
  mayNotBe(): void {
    this.#mayNotBe = true
  }

  /** It certainly has begun. */
  mustBe(): void {
    this.#mayNotBe = false
    this.begun()
    this.saved(this.#createdAfter)
  }

  /** It was refused: it never begins. */
  refused(): void {
    this.#isOver = true
  }

  /** Something that ends it, for sure or not. */
  async endingBy(work: () => Promise<unknown>, by: EndedBy, isSure: () => boolean): Promise<void> {
    this.#ending.begin()
    try {
      await work()
      if (isSure()) {
        this.#isOver = true
        this.#endedBy ??= by
        this.#endedAt = Math.min(this.#endedAt, Date.now())
      } else this.#mayHaveEnded = true
    } catch (error) {
      if (isUnanswered(error)) this.#ending.hold()
      this.#mayHaveEnded = true
      throw error
    } finally {
      this.#ending.end()
    }
  }

  /**
   * A read found nothing: false when there should have been something.
   *
   * @param isPresent - whether it went by the id that the session certainly has
   */
  foundNone(before: LifeBefore, isPresent: boolean): boolean {
    const isWrong = !before.isOver && this.isAlive(before)
    // What once was over, without anything under way that might have made or prolonged it, stays so.
    const isPast = this.isStored && before.now >= Math.min(before.lastUse + limits.idleTimeout, this.#absoluteEnd)
    // The touch of an earlier read may be on its way.
    const mayBeTouched = this.isStored && Date.now() >= this.#aliveUntil(before.savedAt)
    if (before.isQuiet && (isPast || (isPresent && !mayBeTouched))) this.#isOver = true
    return !isWrong
  }

  /** A read found it. Says what limit it has outlived. */
  found(before: LifeBefore): 'idle' | 'absolute' | undefined {
    const { now, isQuiet, lastUse, createdBefore } = before
    this.mustBe()
    if (this.#ending.wasCalm(before.ending)) this.#mayHaveEnded = false
    // A fault is told once: what follows from it is none of its own.
    if (before.isOver) this.#isOver = false
    if (now >= createdBefore + limits.absoluteTimeout) return 'absolute'
    return isQuiet && now >= lastUse + limits.idleTimeout ? 'idle' : undefined
  }

  /** It has expired by then, however it is used. */
  get #absoluteEnd(): number {
    return this.#createdBefore + limits.absoluteTimeout
  }

  #isUnended({ mayHaveEnded, ending }: LifeBefore, endings = 0): boolean {
    return !mayHaveEnded && !this.#isOver && this.#ending.wasCalm(ending, endings)
  }

  #aliveUntil(savedAt: number): number {
    return Math.min(savedAt + limits.idleTimeout, this.#createdAfter + limits.absoluteTimeout)
  }
}
