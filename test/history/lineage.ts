import { Disturbance, type Moment } from './disturbance.ts'
import { limits } from './limits.ts'
import type { Random } from './random.ts'
import { isUnanswered } from './unanswered.ts'

interface KnownId {
  readonly id: string
  /** The rotation that gave it up happened in between. */
  former?: { readonly after: number; readonly before: number }
}

/** A rotation under way, or one that was not answered. */
interface Rotation {
  readonly oldId: string
  readonly newId: string
  readonly begun: number
}

/** The ids of one session, one after another. */
export class Lineage {
  readonly #ids: KnownId[]
  readonly #rotating = new Disturbance()
  readonly #underWay = new Set<Rotation>()

  constructor(id: string) {
    this.#ids = [{ id }]
  }

  /** The id that the session has now, as far as is known. */
  get present(): string {
    return this.#ids.at(-1)!.id
  }

  get ids(): string[] {
    return this.#ids.map(({ id }) => id)
  }

  /** One that it had before; the present one when it never had another. */
  pickFormer(random: Random): string {
    return this.#ids[random.below(Math.max(1, this.#ids.length - 1))]!.id
  }

  hasOldId(id: string): boolean {
    return this.#known(id)?.former !== undefined
  }

  /** Whether an id must read no more: its session certainly has had another for longer than the overlap. */
  isPastOverlap(id: string, now: number): boolean {
    const former = this.#known(id)?.former
    return former !== undefined && now >= former.before + limits.rotationOverlap
  }

  /** Whether an id may read no more. */
  mayBePastOverlap(id: string, now: number): boolean {
    const begun = [...this.#underWay].map((rotation) => rotation.begun)
    const since = this.#known(id)?.former?.after ?? Math.min(...begun)
    return now >= since + limits.rotationOverlap
  }

  /** Whether another id may be under way. */
  get isUncertain(): boolean {
    return this.#rotating.isUnderWay
  }

  moment(): Moment {
    return this.#rotating.moment()
  }

  wasCalm(since: Moment): boolean {
    return this.#rotating.wasCalm(since)
  }

  /** Rotates from an id to another one, by work that says whether it did. */
  async rotating(oldId: string, newId: string, work: () => Promise<boolean>): Promise<boolean> {
    const rotation = { oldId, newId, begun: Date.now() }
    this.#underWay.add(rotation)
    this.#rotating.begin()
    try {
      const isMoved = await work()
      this.#underWay.delete(rotation)
      if (isMoved) this.#move(rotation)
      return isMoved
    } catch (error) {
      if (isUnanswered(error)) this.#rotating.hold()
      else this.#underWay.delete(rotation)
      throw error
    } finally {
      this.#rotating.end()
    }
  }

  /**
   * All is quiet: finds out which of the rotations that were not answered has happened. Those that broke off in the middle
   * leave copies under ids that nobody knows; to load one would make it a session.
   *
   * @param reasonOf - what the row of an id says; undefined where there is none
   */
  async settle(reasonOf: (id: string) => Promise<string | null | undefined>, load: (id: string) => Promise<unknown>) {
    const open = [...this.#underWay].filter(({ oldId }) => oldId === this.present)
    if (open.length > 0 && (await reasonOf(this.present)) === 'rotated') {
      // By the old id the last step is taken, of the one that has happened.
      await load(this.present)
      const reasons = await Promise.all(open.map(({ newId }) => reasonOf(newId)))
      // One that ended since is over, whatever copies there are.
      const mayBeLast = reasons.every((reason) => reason === undefined || reason === 'rotating')
      const begun = open[reasons.indexOf(null)]
      const happened = begun ?? (mayBeLast ? open.findLast((_, index) => reasons[index] === 'rotating') : undefined)
      if (happened && (await load(happened.newId))) this.#move(happened)
    }
    this.#underWay.clear()
    this.#rotating.release()
  }

  #move({ oldId, newId, begun }: Rotation): void {
    const known = this.#known(oldId)
    if (known) known.former ??= { after: begun, before: Date.now() }
    this.#ids.push({ id: newId })
  }

  #known(id: string): KnownId | undefined {
    return this.#ids.find((known) => known.id === id)
  }
}
