/** A simulated day, done with a real store on a real database, as fast as it goes: the clock is moved from moment to moment. */
import { randomBytes } from 'node:crypto'
import type { Operation } from '../../src/store/core/operation.ts'
import { endSession } from '../../src/store/requests/ending.ts'
import { readSession } from '../../src/store/requests/reading.ts'
import { saveSession } from '../../src/store/saving/saving.ts'
import { testClock } from '../../src/testing/clock.ts'
import { Deadline } from '../../src/time/deadline.ts'
import { type Assumptions, DAY, HOUR, warmUp } from './assumptions.ts'
import type { Day, Look, Moment } from './day.ts'
import type { Ground } from './ground.ts'
import type { Quantities } from './quantities.ts'
import type { StatementCount } from './statement-count.ts'

export interface Replayed {
  /** Rows at the full hours at their most, and what the rounds of trimming deleted. */
  readonly levels: Levels
  /** Rows at each full hour, as the database counted them. */
  readonly looks: Look[]
  readonly statements: StatementCount | undefined
  readonly appCpu: number
  readonly databaseCpu: number
  readonly seconds: number
}

export type Levels = Pick<Quantities, 'rows' | 'live' | 'tombstones' | 'trimmed' | 'largestRound'>

type Session = Record<string, unknown>

/** Midnight of a day on which nothing else happened. */
const MIDNIGHT = Date.UTC(2030, 0, 2)
/** What a session holds beside its user, so that it has 250 bytes as JSON. */
const NOTE = 'x'.repeat(200)

/** @param onProgress - told how far the clock is, from 0 to 1 */
export async function replay(
  ground: Ground,
  assumptions: Assumptions,
  day: Day,
  onProgress: (share: number) => void = () => {},
): Promise<Replayed> {
  const begin = -warmUp(assumptions)
  const clock = testClock(MIDNIGHT + begin)
  const visitors = new Visitors(ground, day.people)
  let now = begin
  let started: Started | undefined
  try {
    for (const moment of day.moments()) {
      if (moment.time >= 0 && !started) started = await start(ground, visitors)
      clock.advance(moment.time - now)
      now = moment.time
      await visitors.pass(moment)
      onProgress(day.shareAt(now))
    }
    clock.advance(DAY - now)
    await visitors.look(DAY)
    return await result(ground, visitors, started!)
  } finally {
    clock.restore()
  }
}

interface Started {
  readonly statements: StatementCount | undefined
  readonly app: NodeJS.CpuUsage
  readonly database: number
  readonly at: number
}

async function start(ground: Ground, visitors: Visitors): Promise<Started> {
  visitors.forget()
  const statements = await ground.count()
  return { statements, app: process.cpuUsage(), database: ground.cpu(), at: performance.now() }
}

async function result(ground: Ground, visitors: Visitors, started: Started): Promise<Replayed> {
  const seconds = (performance.now() - started.at) / 1_000
  const { user, system } = process.cpuUsage(started.app)
  const [appCpu, databaseCpu] = [(user + system) / 1e6, ground.cpu() - started.database]
  const after = await ground.count()
  if (ground.faults.length > 0) throw new Error(`the store told of ${ground.faults.slice(0, 5).join('; ')}`)
  const before = started.statements
  const statements = after &&
    before && {
      // On MySQL and MariaDB these are counted too: the lock is taken and given back, and what looks is ours.
      select: after.select - before.select - (isMysql(ground) ? visitors.otherSelects : 0),
      insert: after.insert - before.insert,
      update: after.update - before.update,
    }
  return { levels: visitors.levels(), looks: visitors.looks, statements, appCpu, databaseCpu, seconds }
}

const isMysql = ({ name }: Ground) => name === 'mysql' || name === 'mariadb'

class Visitors {
  readonly looks: Look[] = []
  readonly #ground: Ground
  /** Of everybody the id in the cookie. At first it is one that nobody knows. */
  readonly #ids: string[]
  #trimmed = 0
  #largestRound = 0
  /** Statements that begin with SELECT and belong to no request. */
  otherSelects = 0

  constructor(ground: Ground, people: number) {
    this.#ground = ground
    this.#ids = Array.from({ length: people }, newId)
  }

  /** Begins to count anew. */
  forget(): void {
    this.#trimmed = 0
    this.#largestRound = 0
    this.otherSelects = 0
  }

  /** What one moment has. Who does the same at the same moment does it together. */
  async pass({ time, trimmed, isLook, reads, signIns, saves, logouts }: Moment): Promise<void> {
    const { core } = this.#ground
    if (trimmed !== undefined) await this.#trim()
    if (isLook && time % HOUR === 0) await this.look(time)
    const sessions = await this.#read(reads)
    for (const who of signIns) if (sessions.delete(who)) throw new Error('a session was alive that should be over')
    await Promise.all(signIns.map(async (who) => sessions.set(who, await this.#signIn(who))))
    await Promise.all(saves.map((who) => this.#change(who, sessions.get(who))))
    await Promise.all(logouts.map((who) => endSession(core, operation(), this.#ids[who]!, { follows: true })))
    await core.rows.flush()
  }

  async look(time: number): Promise<void> {
    this.otherSelects += 1
    const [row] = await this.#ground.place.query(`SELECT count(*) AS row_count,
      sum(CASE WHEN ended_at IS NULL AND expires_at > ${Date.now()} THEN 1 ELSE 0 END) AS live,
      sum(CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END) AS tombstones FROM stored_sessions`)
    const [rows, live, tombstones] = [Number(row?.row_count), Number(row?.live), Number(row?.tombstones)]
    this.looks.push({ time, rows, live, tombstones })
  }

  levels(): Levels {
    const most = (level: 'rows' | 'live' | 'tombstones') => Math.max(...this.looks.map((look) => look[level]))
    const levels = { rows: most('rows'), live: most('live'), tombstones: most('tombstones') }
    return { ...levels, trimmed: this.#trimmed, largestRound: this.#largestRound }
  }

  async #trim(): Promise<void> {
    const { trimmed, batches, stopped } = await this.#ground.trimmer.trim({ pause: 0 })
    if (stopped !== 'done') throw new Error(`a round of trimming was not done: ${stopped}`)
    this.#trimmed += trimmed
    this.#largestRound = Math.max(this.#largestRound, trimmed)
    this.otherSelects += 2 + batches
  }

  async #read(reads: readonly number[]): Promise<Map<number, Session>> {
    const readings = await Promise.all(reads.map((who) => readSession(this.#ground.core, operation(), this.#ids[who]!)))
    return new Map(readings.flatMap(({ session }, index) => (session ? [[reads[index]!, session] as const] : [])))
  }

  async #signIn(who: number): Promise<Session> {
    this.#ids[who] = newId()
    const session = { userId: `user-${who}`, note: NOTE, visits: 0, cookie: {} }
    await saveSession(this.#ground.core, operation(), this.#ids[who], session as never)
    return session
  }

  async #change(who: number, session: Session | undefined): Promise<void> {
    if (!session) throw new Error('a session was over that should be alive')
    session.visits = Number(session.visits) + 1
    const outcome = await saveSession(this.#ground.core, operation(), this.#ids[who]!, session as never)
    if (outcome !== 'saved') throw new Error(`a save should have been stored, and is ${outcome}`)
  }
}

/** How long one operation may take, milliseconds. */
const PATIENCE_MS = 60_000

const operation = (): Operation => ({ deadline: new Deadline(PATIENCE_MS) })

const newId = () => randomBytes(24).toString('base64url')
