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

  isFormer(id: string): boolean {
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

  /** Rotates from an id to another one. */
  async rotating(oldId: string, newId: string, work: () => Promise<boolean>): Promise<boolean> {
    const rotation = { oldId, newId, begun: Date.now() }
    this.#underWay.add(rotation)
    try {
      const isMoved = await this.#rotating.during(work)
      this.#underWay.delete(rotation)
      return isMoved
    } catch (error) {
      if (isUnanswered(error)) this.#rotating.hold()
      else this.#underWay.delete(rotation)
      throw error
    }
  }

  /**
   * All is quiet: finds out which of the rotations that were not answered have happened. One that broke off in the middle
   * leaves a copy under an id that nobody knows.
   */
  async settle(isRotated: (id: string) => Promise<boolean>, isThere: (id: string) => Promise<boolean>): Promise<void> {
    for (const { oldId, newId, begun } of this.#underWay) {
      if (oldId !== this.present || !(await isRotated(oldId))) continue
      if (await isThere(newId)) this.move(oldId, newId, begun)
    }
    this.#underWay.clear()
    this.#rotating.release()
  }

  /** A rotation succeeded. False when its id was given up before already. */
  move(oldId: string, newId: string, after: number): boolean {
    const known = this.#known(oldId)
    if (!known || known.former) return false
    known.former = { after, before: Date.now() }
    this.#ids.push({ id: newId })
    return true
  }

  #known(id: string): KnownId | undefined {
    return this.#ids.find((known) => known.id === id)
  }
}
