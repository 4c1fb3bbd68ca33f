import type { FastifyInstance } from 'fastify'
import { type Chance, chanceOf, FIRST_USER, type MadeUpDevice, madeUpDevices } from './made-up-users.ts'
import { MovedClock } from './moved-clock.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DAYS = 21

/** What a device does at a time; later steps use the cookie of the sign-in. */
interface Step {
  readonly at: number
  readonly device: MadeUpDevice
  readonly path: '/sign-in' | '/count' | '/sign-out' | 'revoke'
}

/**
 * Lets users sign in, work and sign out over the past three weeks: by requests to the application while its clock shows
 * those times, so that sessions and history are as in real use.
 *
 * @param app - the application, before it listens
 * @param users - how many, at most 500
 */
export async function makeUpPast(app: FastifyInstance, users = 500): Promise<void> {
  const now = Date.now()
  const chance = chanceOf(20_260_101)
  const steps = madeUpDevices(chance, users).flatMap((device) => stepsOf(device, now, chance))
  const cookies = new Map<MadeUpDevice, string>()
  const clock = new MovedClock()
  try {
    for (const step of steps.sort((one, other) => one.at - other.at)) {
      clock.now = Math.floor(step.at)
      await take(app, step, cookies)
    }
    await app.storedSession.flush()
  } finally {
    clock.reset()
  }
}

function stepsOf(device: MadeUpDevice, now: number, chance: Chance): Step[] {
  const isFirst = device.user === FIRST_USER
  // More recent sign-ins than old ones, and few at night.
  const age = isFirst ? 1 + chance() * 9 : chance() ** 1.6 * DAYS
  const start = byDay(now - age * DAY_MS, chance)
  const uses = Array.from({ length: 1 + Math.floor(chance() * 2) }, () => start + chance() * (now - start))
  const steps: Step[] = [
    { at: start, device, path: '/sign-in' },
    ...uses.map((at) => ({ at, device, path: '/count' as const })),
  ]
  const last = Math.max(...uses)
  if (isFirst) return steps
  const fate = chance()
  if (fate < 0.3) steps.push({ at: last + 60_000, device, path: '/sign-out' })
  else if (fate < 0.34) steps.push({ at: last + 120_000, device, path: 'revoke' })
  return steps.filter(({ at }) => at < now)
}

/** Moves most times between 22 and 6 o'clock to the day before. */
function byDay(at: number, chance: Chance): number {
  const hour = (at % DAY_MS) / HOUR_MS
  return (hour > 22 || hour < 6) && chance() < 0.8 ? at - 9 * HOUR_MS : at
}

async function take(app: FastifyInstance, { device, path }: Step, cookies: Map<MadeUpDevice, string>): Promise<void> {
  if (path === 'revoke') {
    await app.storedSession.revoke({ user: device.user, actor: 'grace' })
    return
  }
  const response = await app.inject({
    method: 'POST',
    url: path,
    remoteAddress: device.address,
    headers: {
      'user-agent': device.userAgent,
      'accept-language': 'en',
      'content-type': 'application/x-www-form-urlencoded',
      ...(cookies.has(device) && { cookie: cookies.get(device)! }),
    },
    payload: new URLSearchParams({ name: device.user }).toString(),
  })
  if (response.statusCode !== 303) throw new Error(`the made-up request to ${path} failed: ${response.statusCode}`)
  const [cookie] = response.cookies
  if (cookie) cookies.set(device, `${cookie.name}=${encodeURIComponent(cookie.value)}`)
}
