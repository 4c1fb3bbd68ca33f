import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Requests } from './requests.ts'

/** The two keys of a session that a visitor writes, now and then both at once. */
const KEYS = ['one', 'other'] as const
type Key = (typeof KEYS)[number]

/** What a visitor was told of one session of theirs. */
interface KnownSession {
  readonly user: string
  readonly cookie: string
  /** The highest count of each key whose save was acknowledged. */
  readonly acknowledged: Record<Key, number>
  /** The highest count that was ever sent. */
  readonly sent: Record<Key, number>
  /** `leaving` when a sign-out was sent and never answered: it may have happened or not. */
  state: 'live' | 'leaving' | 'over'
}

/** What visitors found. Everything but the first two has to stay zero. */
export class Findings {
  acknowledged = 0
  endings = 0
  lost = 0
  revived = 0
  /** Content of somebody else, or that nobody ever sent. */
  foreign = 0
  /** Answers that are neither right nor an honest 503. */
  unexpected = 0
  /** The first findings, in words. */
  readonly examples: string[] = []

  note(kind: 'lost' | 'revived' | 'foreign' | 'unexpected', what: string): void {
    this[kind]++
    if (this.examples.length < 5) this.examples.push(`${kind}: ${what}`)
  }
}

let visitors = 0

/** Somebody who signs in, changes things, reads them again, and signs out, and remembers what was acknowledged. */
export class Visitor {
  readonly #requests: Requests
  readonly #findings: Findings
  readonly #past: KnownSession[] = []
  readonly #number = ++visitors
  #current: KnownSession | undefined

  constructor(requests: Requests, findings: Findings) {
    this.#requests = requests
    this.#findings = findings
  }

  async step(): Promise<void> {
    const session = this.#current
    if (!session) return this.#signIn()
    const choice = Math.random()
    if (choice < 0.5) await this.#save(session, KEYS[Math.random() < 0.5 ? 0 : 1])
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
    this.#current = { user, cookie: answer.cookie, acknowledged: { ...none }, sent: { ...none }, state: 'live' }
    this.#past.push(this.#current)
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
    const { status } = await this.#send('POST', '/logout', session)
    if (status !== 200) return
    session.state = 'over'
    this.#findings.endings++
  }

  /** False when there was no answer to judge. */
  async #read(session: KnownSession): Promise<boolean> {
    const { state, user } = session
    const least = { ...session.acknowledged }
    const { status, body } = await this.#send('GET', '/read', session)
    if (status !== 200) return false
    if (body.user === undefined) {
      if (state === 'live') this.#findings.note('lost', `${user}, the whole session`)
      // What is lost is lost once.
      session.state = 'over'
    } else if (state === 'over') this.#findings.note('revived', user)
    else if (body.user !== user) this.#findings.note('foreign', `${body.user} for ${user}`)
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
