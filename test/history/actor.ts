import type { Clock } from './clock.ts'
import type { Ground, Process } from './ground.ts'
import { KnownSession, type Loaded } from './known-session.ts'
import type { Places } from './places.ts'
import type { Random } from './random.ts'
import { regenerate } from './regenerating.ts'
import type { Revocations } from './revocations.ts'
import { addOne, type Rounds } from './totals.ts'
import { isUnanswered } from './unanswered.ts'
import type { Log } from './violations.ts'

/** What the actors of a history share. */
export interface Stage {
  readonly ground: Ground
  readonly clock: Clock
  readonly log: Log
  /** The sessions that are acted on now. */
  readonly slots: KnownSession[]
  /** All that there ever were. */
  readonly sessions: Set<KnownSession>
  readonly revocations: Revocations
  readonly places: Places
  readonly rounds: Rounds
}

export const users = ['ada', 'grace', 'edsger']

/** How often each operation is chosen. */
const WEIGHTS = {
  read: 20,
  readFormer: 5,
  save: 28,
  saveTwice: 6,
  update: 8,
  updateTwice: 3,
  updateAll: 1,
  hold: 4,
  saveHeld: 6,
  touch: 8,
  reload: 6,
  rotate: 4,
  changeOwner: 1,
  regenerate: 1.5,
  regenerateHeld: 0.7,
  destroy: 0.7,
  destroyFormer: 0.7,
  revoke: 0.3,
  revokeOne: 0.4,
  revokeOthers: 0.4,
  trim: 2,
  reencrypt: 0.5,
  kill: 0.2,
  stall: 2,
  wait: 10,
  begin: 0.7,
}

/** One of those who act on the same sessions at once. Each counts up a key of its own in every session. */
export class Actor {
  readonly #key: string
  readonly #random: Random
  readonly #stage: Stage
  #held: Loaded | undefined

  constructor(key: string, random: Random, stage: Stage) {
    this.#key = key
    this.#random = random
    this.#stage = stage
  }

  async act(operations: number): Promise<void> {
    for (let count = 0; count < operations; count++) {
      this.#stage.log.operations++
      const operation = this.#random.weighted(WEIGHTS)
      const slot = this.#random.below(this.#stage.slots.length)
      const process = this.#random.pick(this.#stage.ground.processes)
      try {
        await this.#operations[operation](process, this.#stage.slots[slot]!, slot)
      } catch (error) {
        const { ground, slots } = this.#stage
        this.#stage.log.add(`${operation} of ${slots[slot]!.name} failed`)
        if (ground.hasFaults && isUnanswered(error)) continue
        this.#stage.log.violation('error', `${operation}: ${(error as Error).stack}, ${(error as Error).cause}`)
      }
    }
  }

  readonly #operations: Record<
    keyof typeof WEIGHTS,
    (process: Process, known: KnownSession, slot: number) => Promise<unknown>
  > = {
    begin: (process, _known, slot) => this.#begin(process, slot),
    read: (process, known, slot) => this.#load(process, known, slot),
    readFormer: (process) => {
      const known = this.#rotated()
      return known.load(process, this.#former(known))
    },
    save: async (process, known, slot) => {
      const loaded = await this.#load(process, known, slot)
      if (loaded) await known.save(process, loaded, this.#key)
    },
    saveTwice: async (process, known, slot) => {
      const loaded = await this.#load(process, known, slot)
      if (loaded) await bothOf(() => known.save(process, loaded, this.#key))
    },
    update: async (process, known, slot) => {
      const loaded = await this.#load(process, known, slot)
      if (loaded) await known.update(process, loaded, this.#key)
    },
    updateTwice: async (process, known, slot) => {
      const loaded = await this.#load(process, known, slot)
      if (loaded) await bothOf(() => known.update(process, loaded, this.#key))
    },
    updateAll: (process) => this.#updateAll(process, this.#random.pick(users)),
    hold: async (process, known) => {
      const id = this.#random.next() < 0.2 ? this.#former(known) : undefined
      this.#held = (await known.load(process, id)) ?? undefined
    },
    saveHeld: async (process) => {
      const held = this.#takeHeld()
      await held?.known.save(process, held, this.#key)
    },
    touch: async (process, known, slot) => {
      const loaded = await this.#load(process, known, slot)
      if (loaded) await known.touch(process, loaded)
    },
    reload: async (process, known) => {
      const first = await known.load(process)
      if (!first) return
      // The host makes an empty session under the same id when there is none any more, and saves it.
      const again = await known.load(process, first.id)
      await known.save(process, again ?? { ...first, session: emptySession() }, this.#key)
    },
    rotate: async (process, known, slot) => {
      const loaded = process.protocol.rotate && (await this.#load(process, known, slot))
      if (!loaded) return
      const rotate = () => known.rotate(process, loaded, this.#random.id())
      const moved = await this.#stage.places.rotate(known, rotate)
      if (moved && this.#random.next() < 0.5) await known.save(process, moved, this.#key)
    },
    changeOwner: async (process, known, slot) => {
      const loaded = await this.#load(process, known, slot)
      if (loaded) await this.#changeOwner(process, loaded)
    },
    regenerate: async (process, known, slot) => {
      const hasOldId = this.#random.next() < 0.3
      const loaded = await known.load(process, hasOldId ? this.#former(known) : undefined)
      if (loaded) await this.#regenerate(process, loaded, slot)
    },
    regenerateHeld: async (process, _known, slot) => {
      const held = this.#takeHeld()
      if (held) await this.#regenerate(process, held, slot)
    },
    destroy: (process, known) => known.end(process),
    destroyFormer: (process) => {
      const known = this.#rotated()
      return known.end(process, this.#former(known))
    },
    revoke: (process) => this.#stage.revocations.revokeUser(process, this.#random.pick(users)),
    revokeOne: (process, known) => this.#stage.revocations.revokeOne(process, known, this.#anyId(known)),
    revokeOthers: (process, known) => {
      const user = known.owners.certain ?? this.#random.pick(users)
      return this.#stage.revocations.revokeOthers(process, user, known, this.#anyId(known))
    },
    trim: (process) => process.trim(),
    reencrypt: async (process) => process.reencrypt?.(),
    kill: async (process) => process.kill?.(),
    stall: async (process) => process.stall?.(),
    wait: async () => this.#stage.clock.advance(this.#random.next() * this.#stage.ground.longestWait),
  }

  /** Loads a session; one that is over makes room for a new one. */
  async #load(process: Process, known: KnownSession, slot: number): Promise<Loaded | null> {
    const loaded = await known.load(process)
    if (!loaded && this.#random.next() < 0.7) await this.#begin(process, slot)
    return loaded
  }

  async #updateAll({ updateAll }: Process, user: string): Promise<void> {
    if (!updateAll) return
    const { rounds, sessions } = this.#stage
    const updating = rounds.during(user, () => updateAll(user, addOne))
    await Promise.all([updating, ...[...sessions].map((known) => known.updatedBy(user, updating))])
  }

  async #begin(process: Process, slot: number): Promise<void> {
    const known = this.#make(this.#random.pick(users))
    // Before it is stored, so that others meet its first save.
    this.#stage.slots[slot] = known
    await this.#stage.places.signIn(process, known, known.owners.certain!, () => known.begin(process, this.#key))
  }

  async #changeOwner(process: Process, loaded: Loaded): Promise<void> {
    const { places, revocations } = this.#stage
    const user = this.#random.pick(users.filter((other) => other !== loaded.session.user))
    const change = () => revocations.changeOwner(process, loaded, this.#key, user)
    await places.signIn(process, loaded.known, user, change)
  }

  async #regenerate(process: Process, old: Loaded, slot: number): Promise<void> {
    const next = this.#make(this.#random.pick(users), old.known)
    this.#stage.slots[slot] = next
    const work = () => regenerate(process, old, next, this.#key)
    if (await this.#stage.places.signIn(process, next, next.owners.certain!, work)) await next.load(process)
  }

  #make(user: string, parent?: KnownSession): KnownSession {
    const { ground, sessions, log, revocations, rounds } = this.#stage
    const known = new KnownSession(this.#random.id(), user, ground.isRich, log, rounds, parent)
    sessions.add(known)
    revocations.meet(known, user)
    return known
  }

  #takeHeld(): Loaded | undefined {
    const held = this.#held
    this.#held = undefined
    return held
  }

  /** One that had another id before, where there is one. */
  #rotated(): KnownSession {
    const { slots } = this.#stage
    const rotated = slots.filter(({ lineage }) => lineage.ids.length > 1)
    return this.#random.pick(rotated.length > 0 ? rotated : slots)
  }

  #former = (known: KnownSession) => known.lineage.pickFormer(this.#random)

  #anyId(known: KnownSession): string {
    return this.#random.next() < 0.5 ? known.lineage.present : this.#former(known)
  }
}

const emptySession = () => ({ cookie: { originalMaxAge: null, expires: null } }) as const

/** Does something twice at once, and waits for both even when one fails: an actor does nothing else meanwhile. */
async function bothOf(work: () => Promise<void>): Promise<void> {
  const settled = await Promise.allSettled([work(), work()])
  for (const result of settled) if (result.status === 'rejected') throw result.reason
}
