import type { TestDatabase } from '../harness/databases.ts'
import { Random } from '../history/random.ts'
import { type Plan, Scheduler } from '../races/scheduler.ts'
import { type Arena, openArena, stopClock } from './arena.ts'
import { type Combination, runCombination, type Tally } from './combination.ts'
import { race } from './race.ts'
import type { Damage } from './rules.ts'

/** A combination, and what came of it. */
export interface Result extends Combination {
  readonly tally: Tally
}

/** How much of each combination is run. */
export interface Extent {
  /** Interleavings of one combination: all of them where there are no more, else some that the seed chooses. */
  readonly most: number
  readonly seed: number
}

/** Runs combinations, each with applications for its features, and reports each as soon as it is done. */
export async function runMatrix(
  database: TestDatabase,
  combinations: readonly Combination[],
  extent: Extent,
  report: (result: Result) => void,
): Promise<void> {
  await withArenas(database, async (arenaOf) => {
    for (const combination of combinations) {
      const arena = await arenaOf(combination)
      const { operations, weight = 1 } = combination
      const most = Math.max(1, Math.round(extent.most * weight))
      report({ ...combination, tally: await runCombination(arena, operations, { ...extent, most }) })
    }
  })
}

/** Runs one race again, by the plan that a report names. */
export async function replay(
  database: TestDatabase,
  combination: Combination,
  plan: Plan,
): Promise<{ damages: readonly Damage[]; steps: string }> {
  return withArenas(database, async (arenaOf) => {
    const scheduler = new Scheduler()
    const damages = await race(await arenaOf(combination), combination.operations, scheduler, plan)
    return { damages, steps: scheduler.decisions.map(({ label }) => label).join(' ') }
  })
}

async function withArenas<Outcome>(
  database: TestDatabase,
  work: (arenaOf: (combination: Combination) => Promise<Arena>) => Promise<Outcome>,
): Promise<Outcome> {
  let current: { name: string; arena: Arena } | undefined
  const restart = stopClock()
  try {
    return await work(async ({ name, features }) => {
      if (current?.name === name) return current.arena
      await current?.arena.close()
      current = { name, arena: await openArena(database, features) }
      return current.arena
    })
  } finally {
    await current?.arena.close()
    restart()
  }
}

/** A share of a list that a seed chooses, in the order of the list. */
export function shareOf<Item>(list: readonly Item[], share: number, seed: number): Item[] {
  const random = new Random(seed)
  return list.filter(() => random.next() < share)
}

/** A result in a line of words, with the plan that runs it again. */
export function inWords({ name, operations, tally }: Result): string[] {
  return Object.entries(tally.examples).map(([kind, { after, what, steps, plan }]) =>
    [
      `${kind}, ${tally.damages[kind as Damage['kind']]} of ${tally.interleavings}, first after ${after}: ${what}`,
      `  ${steps}`,
      `  npm run matrix -- --features="${name}" --operations="${operations.join(' + ')}" --plan=${plan.join()}`,
    ].join('\n'),
  )
}
