/** How long the pages of mission control take on a large table. */
import Fastify, { type FastifyInstance } from 'fastify'
import { sessionDashboard } from '../../src/dashboard/session-dashboard.ts'
import { storedSession } from '../../src/index.ts'
import { secret } from '../../test/support/stores.ts'

/** The time of one page, in milliseconds. */
export interface PageTime {
  readonly path: string
  readonly median: number
  readonly p95: number
}

const PREFIX = '/admin/sessions'
const SAMPLES = 40
/** Sessions with devices and places, the newest of the table: more than one page looks at. */
const SIGNED_IN = 3_000
const USER_AGENT = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'

/** Signs users in on a filled table, and measures each page one request after another. */
export async function measurePages(database: string): Promise<PageTime[]> {
  const app = await openApp(database)
  try {
    await signInMany(app)
    const handle = (await app.storedSession.list({ user: 'user-7', limit: 1 })).sessions[0]!.handle
    const { next } = await app.storedSession.list({ limit: 1_000 })
    const times: PageTime[] = []
    for (const path of pathsFor(handle, next!)) times.push(await measure(app, path))
    return times
  } finally {
    await app.close()
  }
}

const pathsFor = (handle: string, cursor: string) => [
  '',
  '/sessions',
  `/sessions?cursor=${cursor}`,
  '/sessions?state=any&age=%3E30d',
  '/sessions?state=ended',
  '/sessions?country=DE&kind=desktop',
  '/sessions?country=XX',
  '/sessions?used=%3E30d',
  '/sessions?user=user-7',
  `/sessions/${handle}`,
  '/user?user=user-7',
  '/live',
  '/survey',
  '/incident',
  '/housekeeping',
]

async function openApp(database: string): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(storedSession, {
    database,
    secret,
    migrate: true,
    trim: false,
    cookie: { secure: false },
    user: (session) => (session as { userId?: string }).userId,
    history: true,
    metadata: { location: () => ({ country: 'DE', city: 'Berlin' }) },
  })
  app.post<{ Body: { user: string } }>('/sign-in', async ({ session, body }) => {
    Object.assign(session, { userId: body.user })
    return {}
  })
  await app.register(sessionDashboard, { prefix: PREFIX, authorize: () => 'bench' })
  return app
}

async function signInMany(app: FastifyInstance): Promise<void> {
  for (let index = 0; index < SIGNED_IN; index++) {
    const payload = { user: `user-${index % 500}` }
    await app.inject({ method: 'POST', url: '/sign-in', payload, headers: { 'user-agent': USER_AGENT } })
  }
  await app.storedSession.flush()
}

async function measure(app: FastifyInstance, path: string): Promise<PageTime> {
  const times: number[] = []
  for (let sample = 0; sample < SAMPLES; sample++) {
    const began = performance.now()
    const { statusCode } = await app.inject(`${PREFIX}${path}`)
    times.push(performance.now() - began)
    if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`)
  }
  times.sort((one, other) => one - other)
  return {
    path: path.replace(/2::[\da-f]+/, ':handle').replace(/cursor=.*/, 'cursor=…'),
    median: at(times, 0.5),
    p95: at(times, 0.95),
  }
}

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!
