import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionEventRows } from '../../database/contract/session-database.ts'
import type { StoreCore, UserId } from '../core/core.ts'
import { MANY } from '../core/history.ts'
import { endNow } from '../core/lifetime.ts'
import { detailsOf } from '../history/event-details.ts'
import { checkedActor } from '../options/actor.ts'
import { checkObject, refuseUndefined } from '../options/filter-checks.ts'
import { OptionChecks } from '../options/option-checks.ts'
import { checkedUser } from '../users/user.ts'
import { endListed } from './recorded-ends.ts'

/**
 * The options of `forget()`: whom to forget.
 *
 * @example
 * ```ts
 * const options: ForgetOptions = { user: 'ada', actor: 'support: Grace' }
 * const { sessions, events } = await app.storedSession.forget(options)
 * ```
 */
export interface ForgetOptions {
  /** The user. */
  user: UserId
  /** Count only, and change nothing. @defaultValue false */
  dryRun?: boolean
  /** Who does it, for the history: 1 to 255 characters. @defaultValue none */
  actor?: string
}

/** What was forgotten, or with `dryRun` would be. */
export interface ForgetResult {
  /** Sessions that ended. */
  sessions: number
  /** Events that lost their user and their details. */
  events: number
}

/** Sessions that are looked up at a time. */
const PAGE = 500
/** The time between two rounds: other processes store an event at most 50 ms late. Milliseconds. */
const PAUSE_MS = 110
/** Rounds in succession that find nothing. */
const QUIET_ROUNDS = 2
/** The most rounds; a user who signs in during all of them keeps the later sessions. */
const MOST_ROUNDS = 100

/**
 * Ends the sessions of a user, and erases the user and all details from them and from their events, also from the time
 * before the sign-in. The kinds and times of the events stay. The rounds repeat until no request that runs meanwhile
 * has left anything.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
 */
export async function forgetUser(core: StoreCore, options: ForgetOptions): Promise<ForgetResult> {
  const checks = new OptionChecks()
  checkObject('forget()', options, checks)
  checks.names(options, ['user', 'dryRun', 'actor'])
  refuseUndefined(options, ['user', 'dryRun', 'actor'], checks)
  const userId = checkedUser(options.user, checks)!
  const actor = checkedActor(options.actor, checks)
  const dryRun = checks.boolean('dryRun', options.dryRun, false)
  checks.done()
  const forgetting = new Forgetting(core, userId)
  if (dryRun) return forgetting.count()
  const result = await forgetting.run()
  const details = { reason: 'forgotten', ...result, ...(actor !== undefined && { actor }) }
  await core.history?.recordNow({ sid: MANY, kind: 'revoked', userId: null, details })
  return result
}

class Forgetting {
  readonly #core: StoreCore
  readonly #userId: string
  /** The table of events; undefined without a history. */
  readonly #events: SessionEventRows | undefined
  /** The sessions whose events are erased, also those that only led to a session of the user. */
  readonly #sids = new Map<string, Buffer>()

  constructor(core: StoreCore, userId: string) {
    this.#core = core
    this.#userId = userId
    this.#events = core.history && core.database.history
  }

  async count(): Promise<ForgetResult> {
    const { listing } = this.#core.database
    const sessions = (await listing?.count({ userId: this.#userId, isUnended: true })) ?? 0
    await this.#findSessions()
    let events = 0
    for (const sid of this.#sids.values()) events += await this.#eventsToErase(sid)
    return { sessions, events }
  }

  async run(): Promise<ForgetResult> {
    const result = { sessions: 0, events: 0 }
    let quiet = 0
    for (let round = 1; round <= MOST_ROUNDS && quiet < QUIET_ROUNDS; round++) {
      if (round > 1) await sleep(PAUSE_MS)
      const sessions = await this.#endSessions()
      const events = await this.#eraseEvents()
      result.sessions += sessions
      result.events += events
      quiet = sessions + events === 0 ? quiet + 1 : 0
    }
    return result
  }

  #endSessions(): Promise<number> {
    const { rows, database } = this.#core
    if (!database.listing) return rows.endUser(this.#userId, endNow(this.#core, 'revoked'))
    return endListed(this.#core, { userId: this.#userId }, { isErased: true })
  }

  async #eraseEvents(): Promise<number> {
    const { history } = this.#core
    if (!history || !this.#events) return 0
    await this.#findSessions()
    const waiting = history.forget(this.#userId, new Set(this.#sids.keys()))
    await history.flush()
    await this.#findSessions()
    const sids = [...this.#sids.values()]
    let erased = waiting
    for (let start = 0; start < sids.length; start += PAGE) {
      erased += await this.#events.erase(sids.slice(start, start + PAGE), this.#userId)
    }
    return erased
  }

  /** Finds the sessions that have events of the user, and those that they replaced. */
  async #findSessions(): Promise<void> {
    for (let after = Buffer.alloc(0); this.#events; ) {
      const page = await this.#events.sessionsOf(this.#userId, after, PAGE)
      for (const sid of page) await this.#add(sid)
      if (page.length < PAGE) return
      after = Buffer.from(page.at(-1)!)
    }
  }

  /** Adds a session, and all that came before it. */
  async #add(first: Buffer): Promise<void> {
    const open = [first]
    for (let sid = open.pop(); sid; sid = open.pop()) {
      const key = sid.toString('latin1')
      // Events of many sessions name no user.
      if (sid.equals(MANY) || this.#sids.has(key)) continue
      this.#sids.set(key, sid)
      open.push(...(await this.#previousOf(sid)))
    }
  }

  async #previousOf(sid: Buffer): Promise<Buffer[]> {
    const rows = await this.#events!.list({ sid, kinds: ['regenerated', 'rotated'] }, undefined, PAGE)
    const previous: Buffer[] = []
    for (const row of rows) {
      const details = await detailsOf(this.#core.codec, row)
      if (typeof details === 'object' && details.previousSid) previous.push(Buffer.from(details.previousSid))
    }
    return previous
  }

  async #eventsToErase(sid: Buffer): Promise<number> {
    const own = await this.#events!.count({ sid, userId: this.#userId })
    let others = 0
    let behind: Parameters<SessionEventRows['list']>[1]
    for (;;) {
      const page = await this.#events!.list({ sid }, behind, PAGE)
      others += page.filter(({ userId, keyId }) => userId === null && keyId !== null).length
      if (page.length < PAGE) return own + others
      behind = page.at(-1)
    }
  }
}
