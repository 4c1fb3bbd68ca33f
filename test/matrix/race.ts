import type { Plan, Scheduler } from '../races/scheduler.ts'
import type { Arena } from './arena.ts'
import { OVERLAP_MS, TOUCH_INTERVAL_MS } from './features.ts'
import { gather } from './findings.ts'
import { operations } from './operations.ts'
import { Party } from './party.ts'
import { type Damage, judge } from './rules.ts'
import { cookieOf, FIRST_BROWSER, World } from './world.ts'

let races = 0

/** Runs one race of operations, the first of which holds the old id where there is one, and says what it damaged. */
export async function race(
  arena: Arena,
  names: readonly string[],
  scheduler: Scheduler,
  plan: Plan,
): Promise<readonly Damage[]> {
  const world = new World(arena.features, ++races)
  await arena.enter(world)
  const { cookie, oldCookie } = await begin(arena, world)
  const parties = names.map((name, index) => {
    const { from } = operations[name]!
    const browser = from === 'another browser' ? `of party ${index}` : FIRST_BROWSER
    const held = from === 'browser' ? (index === 0 ? (oldCookie ?? cookie) : cookie) : undefined
    return new Party(world, arena, index, browser, held)
  })
  world.scheduler = scheduler
  const runs = parties.map((party, index) => [party.name, () => operations[names[index]!]!.run(party)] as const)
  const settled = await scheduler.run(Object.fromEntries(runs), plan)
  world.scheduler = undefined
  for (const result of settled) if (result.status === 'rejected') throw result.reason
  await Promise.all(arena.racing.map((app) => app.storedSession.flush()))
  return judge(await gather(arena, world, [oldCookie, cookie]))
}

async function begin({ first }: Arena, world: World): Promise<{ cookie: string; oldCookie: string | undefined }> {
  const { isAnonymous, holds, hasLifetime } = world.features
  const user = isAnonymous ? undefined : world.users.ada
  const payload = { base: { by: 'start', user }, ...(user && { userId: user, verified: true }) }
  const begun = await first.inject({ method: 'POST', url: '/begin', payload })
  world.id = begun.json().id
  const cookie = cookieOf(begun)!
  if (hasLifetime) world.advance(TOUCH_INTERVAL_MS + 1)
  if (!holds) return { cookie, oldCookie: undefined }
  const rotated = await first.inject({ method: 'POST', url: '/rotate', cookies: { sessionId: cookie } })
  world.oldId = world.id
  world.id = rotated.json().id
  if (holds === 'outdated') world.advance(Math.max(OVERLAP_MS, TOUCH_INTERVAL_MS) + 1)
  return { cookie: cookieOf(rotated)!, oldCookie: cookie }
}
