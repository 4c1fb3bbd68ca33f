import { setTimeout } from 'node:timers'
import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { currentActor } from '../races/scheduler.ts'
import { SLOW_MS, SLOW_TIMEOUT_MS, type Slow } from './features.ts'
import type { World } from './world.ts'

/** Makes the statements slow that the features of a race name. */
export function slowed(database: SessionDatabase, world: () => World | undefined): SessionDatabase {
  const slow = ([name, member]: [string, unknown]) => {
    if (typeof member !== 'function') return [name, member]
    const call = (...values: unknown[]) => {
      const current = world()
      const statement = () => member.apply(database, values) as Promise<unknown>
      const how = current?.features.slow
      if (!current?.scheduler || !how) return statement()
      const run = () => timed(current, statement)
      if (currentActor() !== how.party) return run()
      return current.scheduler.expect(() => late(current, how, run))
    }
    return [name, call]
  }
  return Object.fromEntries(Object.entries(database).map(slow)) as unknown as SessionDatabase
}

/** Real time that a statement may take which is not slow, with the turn that it waits for. */
const QUICK_MS = SLOW_TIMEOUT_MS / 3

async function timed(world: World, run: () => Promise<unknown>): Promise<unknown> {
  const begun = performance.now()
  try {
    return await run()
  } finally {
    world.isOverloaded ||= performance.now() - begun > QUICK_MS
  }
}

async function late(
  world: World,
  { party, at, from = 0, isAnswer }: Slow,
  run: () => Promise<unknown>,
): Promise<unknown> {
  const { answered } = world.parties.get(party)!
  const place = world.nextStatement()
  if (at === undefined && place >= from) {
    const result = await run()
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
    return result
  }
  if (place !== at) return run()
  if (!isAnswer) await answered
  const result = await run()
  await answered
  return result
}
