import type { Process } from './ground.ts'
import type { KnownSession, Loaded } from './known-session.ts'
import type { Log } from './violations.ts'

interface Revocation {
  readonly user: string
  readonly done: Promise<unknown>
}

/** Revocations, and what becomes that of their users while they are under way. */
export class Revocations {
  readonly #sessions: ReadonlySet<KnownSession>
  readonly #log: Log
  readonly #underWay = new Set<Revocation>()

  /** @param sessions - all that there are */
  constructor(sessions: ReadonlySet<KnownSession>, log: Log) {
    this.#sessions = sessions
    this.#log = log
  }

  /** Ends all sessions of a user. */
  async revokeUser({ revoke }: Process, user: string): Promise<void> {
    if (revoke) await this.#revoke(user, () => revoke({ user }))
  }

  /** Ends all sessions of a user but one. */
  async revokeOthers({ revoke, handle }: Process, user: string, kept: KnownSession, keptId: string): Promise<void> {
    if (revoke) await this.#revoke(user, () => revoke({ user, except: handle!(keptId) }), kept)
  }

  /** Ends one session, by what its page may show of any of its ids. */
  async revokeOne({ revoke, handle }: Process, known: KnownSession, id: string): Promise<void> {
    const { isStored } = known.life
    if (revoke)
      await known.endBy(
        () => revoke({ handle: handle!(id) }),
        id,
        () => isStored,
      )
  }

  /** A session begins, or may become that of this user: what is revoked now may end it, or not. */
  meet(known: KnownSession, user: string): void {
    for (const revocation of this.#underWay) {
      if (revocation.user === user) this.#mayEnd(known, revocation)
    }
  }

  async changeOwner(process: Process, loaded: Loaded, key: string, user: string): Promise<void> {
    this.meet(loaded.known, user)
    await loaded.known.changeOwner(process, loaded, key, user)
  }

  async #revoke(user: string, end: () => Promise<unknown>, kept?: KnownSession): Promise<void> {
    const theirs = [...this.#sessions].filter((known) => known !== kept && known.owners.mayBe(user))
    this.#log.add(`${user} is being revoked${kept ? `, except ${kept.name}` : ''}`)
    const revoked = end()
    kept?.except()
    // Also when there are none: who begins one meanwhile must know.
    const revocation = { user, done: revoked }
    this.#underWay.add(revocation)
    await Promise.all([revoked, ...theirs.map((known) => endByUser(known, user, revoked))])
    kept?.except()
    // One that was not answered goes on until all is quiet.
    this.#underWay.delete(revocation)
    this.#log.add(`${user} was revoked`)
  }

  /** All is quiet. */
  settle(): void {
    this.#underWay.clear()
  }

  #mayEnd(known: KnownSession, { done }: Revocation): void {
    known
      .endBy(
        () => done,
        undefined,
        () => false,
      )
      .catch(() => {})
  }
}

/** What is under way may make it another one's. */
async function endByUser(known: KnownSession, user: string, revoked: Promise<unknown>): Promise<void> {
  const before = known.owners.before()
  const isSure = known.life.isStored && known.owners.certain === user
  await known.endBy(
    () => revoked,
    undefined,
    () => isSure && known.owners.wasCalm(before),
  )
}
