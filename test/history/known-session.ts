import { newSession, type Session } from '../races/protocol.ts'
import { Counts } from './counts.ts'
import type { Process } from './ground.ts'
import { Inheritance } from './inheritance.ts'
import { Life, type LifeBefore } from './life.ts'
import { Lineage } from './lineage.ts'
import { Owners, type OwnersBefore } from './owners.ts'
import { isRefused } from './places.ts'
import { addOne, type Rounds, Totals } from './totals.ts'
import { isUnanswered, patiently } from './unanswered.ts'
import type { Log, ViolationKind } from './violations.ts'

/** A session in the hands of an actor, under the id that it was asked for by. */
export interface Loaded {
  readonly known: KnownSession
  readonly id: string
  readonly session: Session
}

/** What was known when something began: all that its outcome can be judged by. */
interface Before {
  readonly life: LifeBefore
  readonly owners: OwnersBefore
  readonly rotating: ReturnType<Lineage['moment']>
  readonly least: ReturnType<Counts['least']>
  readonly closed: ReturnType<Counts['unanswered']>
  readonly hasOldId: boolean
  readonly total: number
}

let sessions = 0

/**
 * A session, and all that follows for it from what was asked and acknowledged. Where several things under way leave more
 * than one outcome open, each of them is right.
 */
export class KnownSession {
  readonly name = `s${++sessions}`
  readonly life = new Life()
  readonly lineage: Lineage
  readonly owners: Owners
  readonly #counts: Counts
  readonly #totals: Totals
  readonly #log: Log
  readonly inheritance: Inheritance
  /** A revocation excepted it since it was last seen. */
  #isExcepted = false

  constructor(id: string, user: string, isRich: boolean, log: Log, rounds: Rounds, parent?: KnownSession) {
    this.lineage = new Lineage(id)
    this.owners = new Owners(user)
    this.#counts = new Counts(this.name, isRich, log)
    this.#totals = new Totals(this.name, log, rounds)
    this.#totals.mayBecome(user)
    this.#log = log
    this.inheritance = new Inheritance(this.name, parent?.inheritance)
  }

  /** The first save of a new session. */
  async begin({ protocol }: Process, key: string): Promise<void> {
    const loaded = this.make()
    await this.beginBy(() => protocol.save(loaded.id, loaded.session), loaded, key)
    this.life.begun()
  }

  /** What is to be stored first. */
  make(): Loaded {
    const session = newSession({ tag: this.name, user: this.owners.certain, ...this.inheritance.content() })
    return { known: this, id: this.lineage.present, session }
  }

  async beginBy(save: () => Promise<void>, loaded: Loaded, key: string): Promise<void> {
    this.life.beginning()
    try {
      await this.#saveBy(save, loaded, key)
    } catch (error) {
      if (isRefused(error)) this.life.refused()
      else this.life.mayNotBe()
      throw error
    }
  }

  /** A revocation that must leave it alone begins. */
  except(): void {
    this.#isExcepted = true
  }

  async load({ protocol }: Process, id = this.lineage.present): Promise<Loaded | null> {
    const before = this.before(id)
    const load = () => protocol.load(id)
    const session = await (before.hasOldId ? load() : this.life.using(load))
    if (session) this.#judge(session, id, before)
    else this.#judgeNone(id, before)
    return session && { known: this, id, session }
  }

  /** Counts a key of a session up, and saves it. */
  async save({ protocol }: Process, loaded: Loaded, key: string): Promise<void> {
    await this.#saveBy(() => protocol.save(loaded.id, loaded.session), loaded, key)
  }

  /** Counts a key up like a save, and adds one to what is stored now. */
  async update({ protocol }: Process, loaded: Loaded, key: string): Promise<void> {
    this.#totals.send()
    const update = () => protocol.update(loaded.id, loaded.session, addOne)
    if (await this.#saveBy(update, loaded, key)) this.#totals.keep()
  }

  /** Says whether something that adds one to all sessions of a user certainly adds one to this one. */
  async updatedBy(user: string, work: Promise<{ remaining: number }>): Promise<void> {
    const before = this.before(this.lineage.present)
    const { remaining } = await work
    if (remaining === 0 && before.life.isStored && this.#wasStored(before, user, 0)) this.#totals.keep()
  }

  /** Makes it that of another user. */
  async changeOwner({ protocol }: Process, loaded: Loaded, key: string, user: string): Promise<void> {
    this.#totals.mayBecome(user)
    const former = loaded.session.user as string
    const isMix = this.#isMix(former, user)
    loaded.session.user = user
    const save = () => protocol.save(loaded.id, loaded.session)
    await this.owners.changing(user, async () => {
      this.#log.add(`${this.name} changes from ${former} to ${user}`)
      if (await this.#saveBy(save, loaded, key, { former, isMix, changes: 1 })) this.owners.become(user)
    })
  }

  /** All is quiet: finds out what has become of what was not answered. */
  async settle({ protocol }: Process, reasonOf: Parameters<Lineage['settle']>[0]): Promise<void> {
    await this.lineage.settle(reasonOf, (id) => patiently(() => protocol.load(id)))
    this.life.settle()
    this.owners.release()
  }

  async touch({ protocol }: Process, { id, session }: Loaded): Promise<void> {
    const touch = () => protocol.touch(id, session)
    await (this.lineage.hasOldId(id) ? touch() : this.life.using(touch))
  }

  /** Gives it another id; undefined when it stays under its old one. */
  async rotate({ protocol }: Process, { id, session }: Loaded, newId: string): Promise<Loaded | undefined> {
    const { $storedSession, ...heir } = session
    const before = this.before(id)
    const rotate = () => protocol.rotate!({ oldId: id, newId, session, heir })
    if (!(await this.lineage.rotating(id, newId, () => this.life.using(rotate)))) return undefined
    this.#log.add(`${this.name} has another id, rotated since ${before.life.now}`)
    if (this.lineage.ids.at(-2) !== id) this.#violation('rotated twice')
    if (before.life.isOver) this.#violation(this.#revived())
    return { known: this, id: newId, session: heir as Session }
  }

  async end({ protocol }: Process, id = this.lineage.present): Promise<void> {
    await this.endBy(() => protocol.end(id), id)
  }

  /** Whatever else ends it. A session that is not stored when that begins may get away. */
  async endBy(end: () => Promise<unknown>, id?: string, isSure = () => true): Promise<void> {
    const by = id !== undefined && this.lineage.hasOldId(id) ? 'old id' : 'present id'
    await this.life.endingBy(() => this.life.using(end), by, isSure)
    if (isSure()) this.#log.add(`${this.name} ended by ${by}`)
  }

  /** Whether it certainly was alive, under this id, until this moment in the middle of what ends it. */
  wasAlive({ life, rotating, hasOldId }: Before): boolean {
    return !hasOldId && this.life.isAlive(life, 1) && this.lineage.wasCalm(rotating)
  }

  before(id: string): Before {
    return {
      life: this.life.before(),
      owners: this.owners.before(),
      rotating: this.lineage.moment(),
      least: this.#counts.least(),
      closed: this.#counts.unanswered().filter(({ isClosed }) => isClosed),
      hasOldId: this.lineage.hasOldId(id),
      total: this.#totals.least,
    }
  }

  /** Says whether it certainly was stored. */
  async #saveBy(
    save: () => Promise<void>,
    { id, session }: Loaded,
    key: string,
    { former = session.user as string, isMix = this.#isMix(former, former), changes = 0 } = {},
  ): Promise<boolean> {
    const before = this.before(id)
    const count = this.#counts.countUp(session, key)
    const refused = before.hasOldId ? 'changed by an old id' : isMix && 'users mixed'
    const unanswered = this.#counts.unanswered()
    if (refused) this.#counts.refuse(key, count, refused)
    try {
      await (before.hasOldId ? save() : this.life.using(save))
    } catch (error) {
      if (isUnanswered(error)) this.#leaveOpen(key, count)
      if (isRefused(error)) this.#counts.refuse(key, count, 'stored though refused')
      throw error
    }
    this.#log.add(`${this.name} ${refused ? 'must not have' : 'has'} ${key}=${count}, as it was at ${before.life.now}`)
    const isSure = !refused && this.#wasStored(before, former, changes)
    if (isSure) {
      this.life.saved(before.life.now)
      this.#counts.keep(key, count)
      this.#counts.close(unanswered)
    }
    return isSure
  }

  #leaveOpen(key: string, count: number): void {
    this.#counts.leaveOpen(key, count)
    this.#log.add(`${this.name} may have ${key}=${count}, or get it: 503`)
  }

  /** Whether what one user's session held would come into that of another. */
  #isMix(former: string, user: string): boolean {
    const { certain } = this.owners
    return certain !== undefined && certain !== former && certain !== user
  }

  // Otherwise it may have ended or moved before it was saved, and such a save is acknowledged too.
  #wasStored({ life, owners, rotating }: Before, former: string, changes: number): boolean {
    const isTheirs = owners.possible.has(former) && owners.possible.size === 1 + changes
    return (
      isTheirs && this.owners.wasCalm(owners, changes) && this.lineage.wasCalm(rotating) && this.life.takesSaves(life)
    )
  }

  #judgeNone(id: string, before: Before): void {
    this.#log.add(`${this.name} is not there`)
    const isPresent = !before.hasOldId && this.lineage.wasCalm(before.rotating)
    const isRight = this.life.foundNone(before.life, isPresent)
    if (isRight || this.inheritance.mustBeEmpty || this.lineage.mayBePastOverlap(id, Date.now())) return
    if (this.lineage.isUncertain) return this.#violation('lost by a rotation')
    const lost = before.hasOldId ? 'lost by an old id' : 'lost session'
    this.#violation(this.#isExcepted ? 'ended though excepted' : lost)
  }

  #judge(session: Session, id: string, before: Before): void {
    const fault = this.inheritance.faultOf(session)
    if (fault) this.#violation('content after the end', fault)
    if (this.inheritance.mustBeEmpty) return
    const { isOver, now } = before.life
    if (isOver) this.#violation(this.#revived())
    if (this.lineage.isPastOverlap(id, now)) this.#violation('old id past its overlap')
    this.#isExcepted = false
    const outlived = this.life.found(before.life)
    if (outlived) this.#violation('past its limits', outlived)
    if (session.tag !== this.name || this.inheritance.isForeign(session))
      this.#violation('foreign or torn', `it has the content of ${session.tag}`)
    if (!this.owners.allows(session.user, before.owners)) this.#violation('foreign or torn', `it is ${session.user}'s`)
    else this.owners.found(session.user as string, before.owners)
    this.#counts.judge(session, before.least, before.closed)
    this.#totals.judge(session, before.total)
  }

  #revived(): ViolationKind {
    return this.life.endedBy === 'old id' ? 'not ended by an old id' : 'revived'
  }

  #violation(kind: ViolationKind, what?: string): void {
    this.#log.violation(kind, this.name, what)
  }
}
