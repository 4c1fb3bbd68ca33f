import type { Session } from '../races/protocol.ts'
import type { Clock } from './clock.ts'
import type { Ground, Process } from './ground.ts'
import { KnownSession } from './known-session.ts'
import { limits } from './limits.ts'
import type { Random } from './random.ts'
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
  /** Users whose sessions are being revoked now. */
  readonly revoking: string[]
}

export const users = ['ada', 'grace', 'edsger']

/** How often each operation is chosen. */
const WEIGHTS = {
  read: 20,
  save: 28,
  saveTwice: 6,
  hold: 4,
  saveHeld: 6,
  touch: 8,
  reload: 6,
  regenerate: 2,
  destroy: 2,
  revoke: 0.3,
  trim: 2,
  wait: 10,
  begin: 0.7,
}

/** One of those who act on the same sessions at once. Each counts up a key of its own in every session. */
export class Actor {
  readonly #key: string
  readonly #random: Random
  readonly #stage: Stage
  #held: { known: KnownSession; session: Session } | undefined

  constructor(key: string, random: Random, stage: Stage) {
    this.#key = key
    this.#random = random
    this.#stage = stage
  }

  async act(operations: number): Promise<void> {
    for (let count = 0; count < operations; count++) {
      const operation = this.#random.weighted(WEIGHTS)
      const slot = this.#random.below(this.#stage.slots.length)
      const process = this.#random.pick(this.#stage.ground.processes)
      try {
        await this.#operations[operation](process, this.#stage.slots[slot]!, slot)
      } catch (error) {
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
    save: async (process, known, slot) => {
      const session = await this.#load(process, known, slot)
      if (session) await known.save(process.protocol, session, this.#key)
    },
    saveTwice: async (process, known, slot) => {
      const session = await this.#load(process, known, slot)
      if (session) await bothOf(() => known.save(process.protocol, session, this.#key))
    },
    hold: async (process, known, slot) => {
      const session = await this.#load(process, known, slot)
      if (session) this.#held = { known, session }
    },
    saveHeld: async ({ protocol }) => {
      const held = this.#held
      this.#held = undefined
      await held?.known.save(protocol, held.session, this.#key)
    },
    touch: async (process, known, slot) => {
      const session = await this.#load(process, known, slot)
      if (session) await known.touch(process.protocol, session)
    },
    reload: async ({ protocol }, known) => {
      if (!(await known.load(protocol))) return
      // The host makes an empty session under the same id when there is none any more, and saves it.
      const session = (await known.load(protocol)) ?? { cookie: { originalMaxAge: null, expires: null } }
      await known.save(protocol, session, this.#key)
    },
    regenerate: async (process, known, slot) => {
      if (await known.load(process.protocol)) await known.end(process.protocol)
      await this.#begin(process, slot)
    },
    destroy: (process, known) => known.end(process.protocol),
    revoke: (process) => this.#revoke(process),
    trim: (process) => process.trim(),
    wait: async () => this.#stage.clock.advance(this.#random.next() * (limits.idleTimeout / 4)),
  }

  /** Loads a session; one that is over makes room for a new one. */
  async #load(process: Process, known: KnownSession, slot: number): Promise<Session | null> {
    const session = await known.load(process.protocol)
    if (!session && this.#random.next() < 0.7) await this.#begin(process, slot)
    return session
  }

  async #begin({ protocol }: Process, slot: number): Promise<void> {
    const { ground, slots, sessions, log, revoking } = this.#stage
    const known = new KnownSession(this.#random.pick(users), ground.isRich, log)
    if (revoking.includes(known.user)) known.mayEnd()
    // Before it is stored, so that others meet its first save.
    slots[slot] = known
    sessions.add(known)
    await known.begin(protocol, this.#key)
  }

  async #revoke(process: Process): Promise<void> {
    if (!process.revoke) return
    const user = this.#random.pick(users)
    const { sessions, revoking } = this.#stage
    const theirs = [...sessions].filter((known) => known.user === user)
    revoking.push(user)
    const revoked = process.revoke(user)
    // Also when there are none: who begins one meanwhile must know.
    await Promise.all([revoked, ...theirs.map((known) => known.endBy(() => revoked, known.isStored))])
    revoking.splice(revoking.indexOf(user), 1)
  }
}

/** Does something twice at once, and waits for both even when one fails: an actor does nothing else meanwhile. */
async function bothOf(work: () => Promise<void>): Promise<void> {
  const settled = await Promise.allSettled([work(), work()])
  for (const result of settled) if (result.status === 'rejected') throw result.reason
}
