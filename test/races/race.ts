import { randomBytes } from 'node:crypto'
import { type Deed, operations } from './operations.ts'
import { newSession, type Protocol } from './protocol.ts'
import { everyInterleaving, type Scheduler } from './scheduler.ts'

/** Where a race begins. */
export type Start = 'live' | 'absent' | 'ended'

/** Who takes part: a protocol for each of the two parties, which share one where they are one process. */
export interface Arena {
  readonly protocols: readonly [Protocol, Protocol]
  revoke(user: string): Promise<unknown>
  trim(): Promise<unknown>
  /** Tells the arena who schedules now; undefined for nobody. */
  schedule(scheduler: Scheduler | undefined): void
}

/** What went wrong in one race. */
export interface Damage {
  /** A session that had ended is there again. */
  resurrections: number
  /** A save that was acknowledged is not there, though nothing ended its session. */
  lostSaves: number
  /** Somebody got an error. */
  errors: number
}

/** All interleavings of one pair of operations. */
export interface PairResult extends Damage {
  interleavings: number
  /** The steps of the first race that did damage, to be read and run again. */
  example?: string
}

/** Runs every interleaving of two operations on one session. */
export async function racePair(arena: Arena, start: Start, first: string, second: string): Promise<PairResult> {
  const result: PairResult = { interleavings: 0, resurrections: 0, lostSaves: 0, errors: 0 }
  result.interleavings = await everyInterleaving(async (scheduler, plan) => {
    const damage = await raceOnce(arena, start, [first, second], scheduler, plan)
    if (sum(damage) > 0) result.example ??= `${start}: ${scheduler.decisions.map(({ label }) => label).join(' ')}`
    result.resurrections += damage.resurrections
    result.lostSaves += damage.lostSaves
    result.errors += damage.errors
  })
  return result
}

const sum = ({ resurrections, lostSaves, errors }: Damage) => resurrections + lostSaves + errors

async function raceOnce(
  arena: Arena,
  start: Start,
  [first, second]: readonly [string, string],
  scheduler: Scheduler,
  plan: readonly number[],
): Promise<Damage> {
  const id = randomBytes(24).toString('base64url')
  await begin(arena.protocols[0], id, start)
  arena.schedule(scheduler)
  const { revoke, trim } = arena
  const [ours, theirs] = arena.protocols
  const parties = {
    a: () => operations[first]!({ id, user: id, protocol: ours, revoke, trim }, 'a'),
    b: () => operations[second]!({ id, user: id, protocol: theirs, revoke, trim }, 'b'),
  }
  const settled = (await scheduler.run(parties, plan)) as PromiseSettledResult<Deed>[]
  arena.schedule(undefined)
  const deeds = settled.map((result) => (result.status === 'fulfilled' ? result.value : {}))
  const revoked = revokedLast(scheduler, [first, second])
  const damage = await assess(arena.protocols[0], id, start, deeds, revoked)
  return { ...damage, errors: settled.filter(({ status }) => status === 'rejected').length }
}

async function begin(protocol: Protocol, id: string, start: Start): Promise<void> {
  if (start === 'absent') return
  await protocol.save(id, newSession({ base: 1, user: id }))
  if (start === 'ended') await protocol.end(id)
}

/** What became of the session, when everybody has been answered. */
async function assess(
  protocol: Protocol,
  id: string,
  start: Start,
  deeds: readonly Deed[],
  revoked: 'ended' | 'unclear' | 'no',
): Promise<Omit<Damage, 'errors'>> {
  const session = await protocol.load(id)
  const ended = start === 'ended' || revoked === 'ended' || deeds.some((deed) => deed.ended)
  if (ended) return { resurrections: session ? 1 : 0, lostSaves: 0 }
  if (revoked === 'unclear') return { resurrections: 0, lostSaves: 0 }
  const expected = ['a', 'b'].filter((_, index) => deeds[index]?.saved)
  if (start === 'live') expected.push('base')
  const missing = expected.filter((key) => session?.[key] !== 1)
  return { resurrections: 0, lostSaves: missing.length }
}

/** Whether a revocation came after the session was there, so that it must have ended it. */
function revokedLast(scheduler: Scheduler, pair: readonly [string, string]): 'ended' | 'unclear' | 'no' {
  if (!pair.includes('revoke')) return 'no'
  const wasThere = !pair.includes('save new') || scheduler.decisions.length === 0
  return wasThere ? 'ended' : 'unclear'
}
