import { Actor, type Stage, users } from './actor.ts'
import { Clock } from './clock.ts'
import type { Ground } from './ground.ts'
import { KnownSession } from './known-session.ts'
import { limits } from './limits.ts'
import { Random } from './random.ts'
import { Versions } from './versions.ts'
import { Log, type ViolationKind } from './violations.ts'

export interface HistoryResult {
  seed: number
  operations: number
  sessions: number
  violations: Record<ViolationKind, number>
  /** The ends of the histories that led to the first violations. */
  examples: string[]
}

const ACTORS = 8
const SLOTS = 6
/** Operations between two moments in which nothing is under way. */
const SCENE = 200
const HOUR_MS = 3_600_000

/** Time that passes between scenes: often none, or past one of the limits, or until rows may be trimmed. */
const LEAPS = [0, 0, 0, limits.idleTimeout / 2, limits.idleTimeout + 1, limits.absoluteTimeout + 1, 3 * HOUR_MS]

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
  const slots = Array.from({ length: SLOTS }, () => new KnownSession(random.pick(users), ground.isRich, log))
  const stage: Stage = { ground, clock, log, slots, sessions: new Set(slots), revoking: [] }
  const actors = Array.from(
    { length: ACTORS },
    (_, index) => new Actor(`k${index}`, new Random(seed + index + 1), stage),
  )
  const versions = new Versions(ground.database, log)
  let past = 0
  try {
    for (let done = 0; done < operations; done += SCENE) {
      await Promise.all(actors.map((actor) => actor.act(SCENE / ACTORS)))
      await versions.sample()
      clock.advance(random.pick(LEAPS))
      past += await forgetPast(stage)
    }
  } finally {
    clock.reset()
  }
  const { counts: violations, examples } = log
  return { seed, operations, sessions: past + stage.sessions.size, violations, examples }
}

/** Looks once more at sessions that nobody acts on any more, and forgets those that are over. */
async function forgetPast({ ground, sessions, slots }: Stage): Promise<number> {
  const past = [...sessions].filter((known) => !slots.includes(known))
  const found = await Promise.all(past.map((known) => known.load(ground.processes[0]!.protocol)))
  const over = past.filter((_, index) => !found[index])
  for (const known of over) sessions.delete(known)
  return over.length
}
