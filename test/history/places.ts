import type { Process } from './ground.ts'
import type { KnownSession } from './known-session.ts'
import type { Log } from './violations.ts'

/** A session that begins as that of a user, or becomes theirs. */
interface SignIn {
  readonly user: string
  readonly known: KnownSession
  /** Sessions that this user may have had at a time meanwhile, beside this one. */
  others: number
}

/** Sign-ins of one user that overlap, one with the next. */
interface Crowd {
  readonly marked: Set<KnownSession>
  readonly done: Promise<void>
  readonly leave: () => void
}

/** Whether a save was refused, because its user has as many sessions as `maxPerUser` allows. */
export const isRefused = (error: unknown) => (error as { code?: unknown }).code === 'FST_STORED_SESSION_TOO_MANY'

/** How many sessions each user has, and when others may end for that, or sign-ins be refused. */
export class Places {
  readonly #sessions: ReadonlySet<KnownSession>
  readonly #log: Log
  readonly #most: number
  readonly #underWay = new Set<SignIn>()
  readonly #crowds = new Map<string, Crowd>()

  /**
   * @param sessions - all that there are
   * @param most - those that a user may have
   */
  constructor(sessions: ReadonlySet<KnownSession>, log: Log, most: number) {
    this.#sessions = sessions
    this.#log = log
    this.#most = most
  }

  /** Whether there is a limit. */
  get areLimited(): boolean {
    return this.#most !== Number.POSITIVE_INFINITY
  }

  /** Signs somebody in, by work that may be refused; false when it was. */
  async signIn(process: Process, known: KnownSession, user: string, work: () => Promise<unknown>): Promise<boolean> {
    if (!this.areLimited) return work().then(() => true)
    const signIn = { user, known, others: 0 }
    this.#underWay.add(signIn)
    const signingIn = work()
    this.#meet(user)
    try {
      await signingIn
      return true
    } catch (error) {
      if (!isRefused(error)) throw error
      this.#log.add(`${known.name} was refused: ${user} may have ${signIn.others} others`)
      if (signIn.others < this.#most && !(await this.#hasRevived(process, user)))
        this.#log.violation('refused without need', known.name, user)
      return false
    } finally {
      this.#underWay.delete(signIn)
      this.#leave(user)
    }
  }

  /** Does what gives a session another id: it was not counted for a moment, and then ends what is too much as well. */
  async rotate<T>(known: KnownSession, work: () => Promise<T>): Promise<T> {
    const theirs = this.areLimited ? [...known.owners.before().possible] : []
    const rotations = theirs.map((user) => ({ user, known, others: 0 }))
    for (const rotation of rotations) this.#underWay.add(rotation)
    for (const user of theirs) this.#meet(user)
    try {
      return await work()
    } finally {
      for (const rotation of rotations) this.#underWay.delete(rotation)
      for (const user of theirs) this.#leave(user)
    }
  }

  /** Counts the sessions of all users; to be called when all is quiet. */
  async count(process: Process): Promise<Map<string, number>> {
    const counts = new Map<string, number>()
    const living = [...this.#sessions].filter(({ life }) => life.mayLive)
    for (const known of living) {
      const loaded = await known.load(process)
      if (!loaded) continue
      const user = loaded.session.user as string | undefined
      if (user === undefined) continue
      const count = (counts.get(user) ?? 0) + 1
      counts.set(user, count)
      if (count > this.#most) this.#log.violation('too many sessions', known.name, `${user} has ${count}`)
    }
    return counts
  }

  /** Whether a session that has ended is there again and takes a place, which is a fault of its own. */
  async #hasRevived(process: Process, user: string): Promise<boolean> {
    const over = [...this.#sessions].filter(({ owners, life }) => owners.mayBe(user) && !life.mayLive)
    const found = await Promise.all(over.map((known) => known.load(process)))
    return found.some((loaded) => loaded)
  }

  #meet(user: string): void {
    const theirs = [...this.#sessions].filter(({ owners, life }) => owners.mayBe(user) && life.mayLive)
    for (const signIn of this.#underWay) {
      if (signIn.user !== user) continue
      const others = theirs.filter((known) => known !== signIn.known)
      signIn.others = Math.max(signIn.others, others.length)
    }
    if (theirs.length > this.#most) this.#crowd(user, theirs)
  }

  /** As long as sign-ins are under way any of the sessions may be one too many. */
  #crowd(user: string, theirs: readonly KnownSession[]): void {
    const crowd = this.#crowds.get(user) ?? newCrowd()
    this.#crowds.set(user, crowd)
    for (const known of theirs) {
      if (crowd.marked.has(known)) continue
      crowd.marked.add(known)
      known.endBy(
        () => crowd.done,
        undefined,
        () => false,
      )
    }
  }

  #leave(user: string): void {
    if ([...this.#underWay].some((signIn) => signIn.user === user)) return
    this.#crowds.get(user)?.leave()
    this.#crowds.delete(user)
  }
}

function newCrowd(): Crowd {
  let leave = () => {}
  const done = new Promise<void>((resolve) => {
    leave = resolve
  })
  return { marked: new Set(), done, leave }
}
