import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import { StoredSessionStore } from '../../src/index.ts'
import type { TestDatabase } from '../harness/databases.ts'
import type { Ground, GroundOptions, Process } from './ground.ts'
import { KeyRings } from './key-rings.ts'
import { LONGEST_WAIT, limits, SHORT_WAIT } from './limits.ts'
import { historyProtocolOf } from './protocol.ts'
import { Random } from './random.ts'
import { patiently } from './unanswered.ts'
import { Wire } from './wire.ts'

const PROCESSES = 2
/** How long operations wait where there are faults, in milliseconds. */
const IMPATIENCE_MS = 60
/** A statement is held for so many times of that, at most. */
const LONGEST_HOLD = 3
/** A round finds what others sealed with the key of before meanwhile; when all is quiet one is enough. */
const MOST_ROUNDS = 3

/** Our store, on one database for each of the processes. */
export class StoredGround implements Ground {
  readonly database: TestDatabase
  readonly processes: Process[] = []
  readonly isRich = true
  readonly hasFaults: boolean
  readonly most: number
  readonly longestWait: number
  readonly #options: GroundOptions
  readonly #opened: readonly SessionDatabase[]
  readonly #stores: StoredSessionStore[] = []
  readonly #wires = new Set<Wire>()
  readonly #random: Random
  readonly #keys = new KeyRings()

  private constructor(database: TestDatabase, opened: readonly SessionDatabase[], options: GroundOptions) {
    this.database = database
    this.hasFaults = options.faults !== undefined
    this.most = options.maxPerUser ?? Number.POSITIVE_INFINITY
    // A place is kept for a minute for a session that is not stored yet.
    this.longestWait = options.evict === 'refuse' ? SHORT_WAIT : LONGEST_WAIT
    this.#options = options
    this.#opened = opened
    this.#random = new Random(options.faults ?? 0)
  }

  static async open(database: TestDatabase, options: GroundOptions): Promise<StoredGround> {
    const opening = Array.from({ length: PROCESSES }, () =>
      openDatabase(database.dialect, database.url, 'stored_sessions'),
    )
    const opened = await Promise.all(opening)
    await opened[0]!.migrate()
    const ground = new StoredGround(database, opened, options)
    for (let index = 0; index < PROCESSES; index++) ground.#start(index)
    return ground
  }

  async quiet(): Promise<void> {
    if (!this.hasFaults) return
    await this.flush()
    for (const wire of this.#wires) await wire.quiet()
  }

  async flush(): Promise<void> {
    for (const store of this.#stores) await store.flush()
  }

  /**
   * A new key is there, the other one retires, what it sealed is sealed again, and it goes: beside requests, and the next
   * time all at once, so that sessions which do not live long see the end of a key too.
   */
  async changeKeys(): Promise<void> {
    if (!this.#keys.hasRetired) return this.#renewKey()
    await this.#removeKey()
    await this.#renewKey()
    await this.#removeKey()
  }

  async close(): Promise<void> {
    for (const store of this.#stores) await store.close()
    for (const opened of this.#opened) await opened.close()
  }

  #renewKey(): Promise<void> {
    this.#keys.renew()
    return this.#restart()
  }

  async #removeKey(): Promise<void> {
    for (let round = 1; ; round++) {
      const { remaining } = await patiently(() => this.#stores[0]!.reencrypt())
      if (remaining === 0) break
      if (round === MOST_ROUNDS) throw new Error(`${remaining} rows are not reencrypted`)
    }
    this.#keys.remove()
    await this.#restart()
  }

  async #restart(): Promise<void> {
    for (const [index, store] of [...this.#stores.entries()]) {
      await store.close()
      this.#start(index)
    }
  }

  /** Another process takes the place of the one that was there. */
  #start(index: number): void {
    const { maxPerUser, evict } = this.#options
    const wire = new Wire(this.#opened[index]!, this.#random)
    const store = new StoredSessionStore({
      ...limits,
      ...(maxPerUser !== undefined && { maxPerUser }),
      ...(evict !== undefined && { evict }),
      ...(this.hasFaults && { operationTimeout: IMPATIENCE_MS }),
      database: wire.database,
      keys: this.#keys.ring(),
      migrate: false,
      trim: false,
      user: (session) => session.user as string | undefined,
    })
    this.#wires.add(wire)
    this.#stores[index] = store
    this.processes[index] = {
      protocol: historyProtocolOf(store as never),
      trim: () => store.trim(),
      revoke: (filter) => store.revoke(filter),
      updateAll: (user, change) => store.updateAll({ user }, change),
      handle: (sessionId) => store.handle({ sessionId }),
      reencrypt: () => store.reencrypt(),
      ...(this.hasFaults && {
        kill: () => wire.cutSoon(() => this.#start(index)),
        stall: () => wire.holdNext(IMPATIENCE_MS * (0.5 + this.#random.next() * (LONGEST_HOLD - 0.5))),
      }),
    }
  }
}
