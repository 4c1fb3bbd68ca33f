import { Actor, type Stage, users } from './actor.ts'
import { Clock } from './clock.ts'
import type { Ground, Process } from './ground.ts'
import { KnownSession } from './known-session.ts'
import { LEAPS } from './limits.ts'
import { Places } from './places.ts'
import { Random } from './random.ts'
import { Revocations } from './revocations.ts'
import { Rounds } from './totals.ts'
import { patiently } from './unanswered.ts'
import { Versions } from './versions.ts'
import { Log, type ViolationKind } from './violations.ts'

export interface HistoryResult {
  seed: number
  operations: number
  sessions: number
  violations: Record<ViolationKind, number>
  /** After how many operations the first of each kind was found. */
  firsts: Partial<Record<ViolationKind, number>>
  /** The ends of the histories that led to the first violations. */
  examples: string[]
}

const ACTORS = 8
const SLOTS = 6
/** Operations between two moments in which nothing is under way. */
const SCENE = 200

/** The seed and length that the environment asks for. */
export function historySettings(operations: number): { seed: number; operations: number } {
  const { HISTORY_SEED, HISTORY_OPERATIONS } = process.env
  return {
    seed: Number(HISTORY_SEED || Math.floor(Math.random() * 2 ** 31)),
    operations: Number(HISTORY_OPERATIONS || operations),
  }
}

/** Runs a random history, and holds all that is read against what was acknowledged before. */
export async function runHistory(ground: Ground, seed: number, operations: number): Promise<HistoryResult> {
  const random = new Random(seed)
  const clock = new Clock()
  const log = new Log()
  const rounds = new Rounds()
  const slots = Array.from(
    { length: SLOTS },
    () => new KnownSession(random.id(), random.pick(users), ground.isRich, log, rounds),
  )
  const sessions = new Set(slots)
  const revocations = new Revocations(sessions, log)
  const stage: Stage = {
    ground,
    clock,
    log,
    slots,
    sessions,
    revocations,
    rounds,
    places: new Places(sessions, log, ground.most),
  }
  const actors = Array.from(
    { length: ACTORS },
    (_, index) => new Actor(`k${index}`, new Random(seed + index + 1), stage),
  )
  const versions = new Versions(ground.database, log)
  let past = 0
  try {
    for (let done = 0; done < operations; done += SCENE) {
      await Promise.all(actors.map((actor) => actor.act(SCENE / ACTORS)))
      await settle(stage, versions)
      await visitPlaces(stage, random)
      await versions.sample()
      // A touch gathers for milliseconds: no session expires meanwhile that was read in time.
      await ground.flush()
      clock.advance(random.pick(LEAPS))
      past += await forgetPast(stage)
    }
  } finally {
    clock.reset()
  }
  const { counts: violations, firsts, examples } = log
  return { seed, operations, sessions: past + stage.sessions.size, violations, firsts, examples }
}

/** Waits until all is quiet, and finds out what has become of what was not answered. */
async function settle({ ground, sessions, revocations }: Stage, versions: Versions): Promise<void> {
  await ground.quiet()
  revocations.settle()
  for (const known of sessions) await known.settle(ground.processes[0]!, (id) => versions.reasonOf(id))
  await ground.changeKeys()
}

/** Counts the sessions of each user; who has fewer than the limit can begin one. */
async function visitPlaces({ ground, sessions, places, log, rounds }: Stage, random: Random): Promise<void> {
  if (!places.areLimited) return
  const process = random.pick(ground.processes)
  const counts = await places.count(process)
  const user = random.pick(users)
  if ((counts.get(user) ?? 0) >= ground.most) return
  const known = new KnownSession(random.id(), user, ground.isRich, log, rounds)
  sessions.add(known)
  await places.signIn(process, known, user, () => known.begin(process, 'quiet'))
}

/** Looks once more at sessions that nobody acts on any more, and forgets those that are over. */
async function forgetPast({ ground, sessions, slots }: Stage): Promise<number> {
  const past = [...sessions].filter((known) => !slots.includes(known))
  const [process] = ground.processes as [Process]
  const found = await Promise.all(past.map((known) => patiently(() => known.load(process))))
  const over = past.filter((_, index) => !found[index])
  for (const known of over) sessions.delete(known)
  return over.length
}
