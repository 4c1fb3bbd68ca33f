import { randomInterleavings } from '../races/chosen-interleavings.ts'
import { estimate, everyInterleaving, type Plan, Scheduler } from '../races/scheduler.ts'
import type { Arena } from './arena.ts'
import type { Features } from './features.ts'
import { race } from './race.ts'
import { type Damage, damageKinds } from './rules.ts'

/** Operations that race, and where. */
export interface Combination {
  /** What the features are called. */
  readonly name: string
  readonly features: Features
  readonly operations: readonly string[]
  /** How many times as many of its interleavings are run as of others, because few do damage. @defaultValue 1 */
  readonly weight?: number
}

/** What came of all interleavings of a combination that were run. */
export interface Tally {
  interleavings: number
  /** Whether these were all that there are. */
  isEvery: boolean
  readonly damages: Partial<Record<Damage['kind'], number>>
  /** The first run of each kind of damage: after how many, what it was, and its steps and plan to run it again. */
  readonly examples: Partial<Record<Damage['kind'], Example>>
}

export interface Example {
  readonly after: number
  readonly what: string
  readonly steps: string
  readonly plan: readonly number[]
}

/** How many times as many interleavings there may be as one run lets expect. */
const LARGER = 2

/**
 * Runs every interleaving of some operations, or as many as `most`, which a seed chooses.
 */
export async function runCombination(
  arena: Arena,
  operations: readonly string[],
  { most, seed }: { most: number; seed: number },
): Promise<Tally> {
  const tally: Tally = { interleavings: 0, isEvery: false, damages: {}, examples: {} }
  const run = async (scheduler: Scheduler, plan: Plan) => {
    const damages = await race(arena, operations, scheduler, plan)
    tally.interleavings++
    for (const damage of damages) note(tally, damage, scheduler)
  }
  const first = new Scheduler()
  await run(first, [])
  if (estimate(first.decisions) <= most) {
    Object.assign(tally, { interleavings: 0, isEvery: true, damages: {}, examples: {} })
    await everyInterleaving(run, most * LARGER).catch((error) => {
      if (tally.interleavings < most * LARGER) throw error
      tally.isEvery = false
    })
  } else await randomInterleavings(run, most - 1, seed)
  return tally
}

function note(tally: Tally, { kind, what }: Damage, { decisions }: Scheduler): void {
  tally.damages[kind] = (tally.damages[kind] ?? 0) + 1
  tally.examples[kind] ??= {
    after: tally.interleavings,
    what,
    steps: decisions.map(({ label }) => label).join(' '),
    plan: decisions.map(({ chosen }) => chosen),
  }
}

export const sumOf = ({ damages }: Tally) => damageKinds.reduce((sum, kind) => sum + (damages[kind] ?? 0), 0)
