import { setTimeout as sleep } from 'node:timers/promises'
import { type Findings, KEYS, type Key, type KnownSession } from './findings.ts'
import { type Change, changeOf } from './recorded-changes.ts'
import type { Answer, Requests } from './requests.ts'

let visitors = 0

/** Somebody who signs in, changes things, reads them again, and signs out, and remembers what was acknowledged. */
export class Visitor {
  /** The acknowledged changes that have an event, with the option `history`. */
  readonly changes: Change[] = []
  readonly #requests: Requests
  readonly #findings: Findings
  readonly #hasHistory: boolean
  readonly #past: KnownSession[] = []
  readonly #number = ++visitors
  #current: KnownSession | undefined

  /** @param hasHistory - whether to change owners and to rotate too, and to note every change that has an event */
  constructor(requests: Requests, findings: Findings, hasHistory: boolean) {
    this.#requests = requests
    this.#findings = findings
    this.#hasHistory = hasHistory
  }

  async step(): Promise<void> {
    const session = this.#current
    if (!session) return this.#signIn()
    const choice = Math.random()
    if (this.#hasHistory && choice < 0.15) await this.#changeOwner(session)
    else if (this.#hasHistory && choice < 0.3) await this.#rotate(session)
    else if (choice < 0.5) await this.#save(session, KEYS[Math.random() < 0.5 ? 0 : 1])
    else if (choice < 0.7) await Promise.all(KEYS.map((key) => this.#save(session, key)))
    else if (choice < 0.92) await this.#read(session)
    else if (choice < 0.96) await this.#signOut(session)
    else await Promise.all([this.#save(session, 'one'), this.#signOut(session)])
    if (session.state === 'live') return
    await this.#read(session)
    this.#current = undefined
  }

  /** Looks at every session that there ever was, until each was answered. */
  async review(): Promise<void> {
    for (const session of this.#past) while (!(await this.#read(session))) await sleep(20)
  }

  async #signIn(): Promise<void> {
    const user = `visitor ${this.#number}, session ${this.#past.length}`
    const answer = await this.#send('POST', '/login', undefined, { user })
    if (answer.status !== 200) return
    if (!answer.cookie) return this.#findings.note('unexpected', 'a sign-in without a cookie')
    const none = { one: 0, other: 0 }
    const counts = { acknowledged: { ...none }, sent: { ...none } }
    this.#current = { user, owners: new Set([user]), cookie: answer.cookie, ...counts, state: 'live' }
    this.#past.push(this.#current)
    // `regenerate()` stores the session before it has a user.
    this.#note('created', { ...this.#current, user: '' }, answer)
    this.#note('user', this.#current, answer)
  }

  async #changeOwner(session: KnownSession): Promise<void> {
    const { user: before, owners } = session
    const user = `${[...owners][0]}, owner ${owners.size}`
    owners.add(user)
    const answer = await this.#send('POST', '/owner', session, { user })
    if (this.#isUndecided(session, answer)) return
    session.user = user
    this.changes.push(changeOf('left', session.cookie, before, answer))
    this.#note('user', session, answer)
  }

  async #rotate(session: KnownSession): Promise<void> {
    const answer = await this.#send('POST', '/rotate', session)
    if (this.#isUndecided(session, answer)) return
    if (!answer.cookie) return this.#findings.note('unexpected', `no cookie after a rotation of ${session.user}`)
    session.cookie = answer.cookie
    this.#note('rotated', session, answer)
  }

  /** After a change that was not acknowledged, the session may have either owner or id, so that it is left alone. */
  #isUndecided(session: KnownSession, { status }: Answer): boolean {
    if (status === 401) this.#findings.note('lost', `${session.user} at a change`)
    if (status !== 200) session.state = 'leaving'
    return status !== 200
  }

  #note(kind: Change['kind'], { cookie, user }: KnownSession, answer: Answer): void {
    if (this.#hasHistory) this.changes.push(changeOf(kind, cookie, user, answer))
  }

  async #save(session: KnownSession, key: Key): Promise<void> {
    const count = ++session.sent[key]
    const { status } = await this.#send('POST', '/save', session, { [key]: count })
    if (session.state !== 'live') return
    if (status === 401) {
      this.#findings.note('lost', `${session.user} at a save`)
      session.state = 'over'
    }
    if (status !== 200) return
    session.acknowledged[key] = count
    this.#findings.acknowledged++
  }

  async #signOut(session: KnownSession): Promise<void> {
    session.state = 'leaving'
    const answer = await this.#send('POST', '/logout', session)
    if (answer.status !== 200) return
    session.state = 'over'
    this.#findings.endings++
    this.#note('ended', session, answer)
  }

  /** False when there was no answer to judge. */
  async #read(session: KnownSession): Promise<boolean> {
    const { state, user, owners } = session
    const least = { ...session.acknowledged }
    const { status, body } = await this.#send('GET', '/read', session)
    if (status !== 200) return false
    if (body.user === undefined) {
      if (state === 'live') this.#findings.note('lost', `${user}, the whole session`)
      // What is lost is lost once.
      session.state = 'over'
    } else if (state === 'over') this.#findings.note('revived', user)
    else if (!owners.has(String(body.user))) this.#findings.note('foreign', `${body.user} for ${user}`)
    else if (state === 'live' && body.user !== user) this.#findings.note('lost', `${user}, who is ${body.user} again`)
    else for (const key of KEYS) this.#compare(session, key, Number(body[key] ?? 0), least[key])
    return true
  }

  #compare({ user, sent, acknowledged }: KnownSession, key: Key, found: number, least: number): void {
    if (found < least) {
      // What another save was told meanwhile holds.
      if (acknowledged[key] === least) acknowledged[key] = found
      this.#findings.note('lost', `${user}, ${key}: ${least} was acknowledged, ${found} is there`)
    }
    if (found > sent[key]) this.#findings.note('foreign', `${user}, ${key}: ${found}, but only ${sent[key]} was sent`)
  }

  async #send(method: 'GET' | 'POST', path: string, session?: KnownSession, body?: object): Promise<Answer> {
    const answer = await this.#requests.send(method, path, session?.cookie, body)
    const { status, cookie } = answer
    const isHonest = status === undefined || status === 200 || status === 401 || status === 503
    if (!isHonest) this.#findings.note('unexpected', `${status} ${JSON.stringify(answer.body)}`)
    if (status === 503 && cookie) this.#findings.note('unexpected', `a 503 with the cookie ${cookie}`)
    // A save that meets a sign-out on its way may be told to forget the cookie, nobody else.
    if (status === 200 && cookie === 'sessionId=' && session?.state === 'live')
      this.#findings.note('lost', `the cookie of ${session.user} was cleared`)
    if (status === undefined || status === 503) await sleep(10)
    return answer
  }
}
