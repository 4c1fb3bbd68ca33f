import { Disturbance, type Moment } from './disturbance.ts'
import { limits } from './limits.ts'
import type { Random } from './random.ts'

interface KnownId {
  readonly id: string
  /** The rotation that gave it up happened in between. */
  former?: { readonly after: number; readonly before: number }
}

/** The ids of one session, one after another. */
export class Lineage {
  readonly #ids: KnownId[]
  readonly #rotating = new Disturbance()
  /** When each rotation under way began. */
  readonly #since: number[] = []

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
    const since = this.#known(id)?.former?.after ?? Math.min(...this.#since)
    return now >= since + limits.rotationOverlap
  }

  moment(): Moment {
    return this.#rotating.moment()
  }

  wasCalm(since: Moment): boolean {
    return this.#rotating.wasCalm(since)
  }

  /** Rotates from an id to another one. */
  async rotating(work: () => Promise<boolean>): Promise<boolean> {
    const begun = Date.now()
    this.#since.push(begun)
    const isMoved = await this.#rotating.during(work)
    this.#since.splice(this.#since.indexOf(begun), 1)
    return isMoved
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
