import { syncBuiltinESMExports } from 'node:module'
import { mock } from 'node:test'
import timers from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { scheduledDatabase } from '../races/protocol.ts'
import { openApp, sessionOf } from '../support/app.ts'
import { type Features, type KeyAge, optionsOf } from './features.ts'
import { observed } from './observed.ts'
import { slowed } from './slowed.ts'
import type { Applications, World } from './world.ts'

/** Where the races of some features take place: applications on one database. */
export interface Arena extends Applications {
  readonly features: Features
  readonly database: SessionDatabase
  /** Begins a race with an empty table. */
  enter(world: World): Promise<void>
  close(): Promise<void>
}

/** When every race begins: the middle of an hour, because rows are trimmed on the hour. */
const BEGIN = Date.UTC(2030, 0, 1, 12, 30)

/** Stops the clock of `Date`, and lets pauses between attempts pass at once; undone by what it returns. */
export function stopClock(): () => void {
  mock.timers.enable({ apis: ['Date'], now: BEGIN })
  // An actor who sleeps for a random time would make the same plan another race.
  const sleep = mock.method(timers, 'setTimeout', (_ms: number, value: unknown) => timers.setImmediate(value))
  syncBuiltinESMExports()
  return () => {
    sleep.mock.restore()
    syncBuiltinESMExports()
    mock.timers.reset()
  }
}

export async function openArena(target: TestDatabase, features: Features): Promise<Arena> {
  let world: World | undefined
  const database = await openDatabase(target.dialect, target.url, 'stored_sessions')
  const open = (age: KeyAge) => openRacingApp(database, features, age, () => world)
  const opened = await openAll(features, open)
  return {
    ...opened,
    features,
    database,
    async enter(entering) {
      world = undefined
      await database.trim(Number.MAX_SAFE_INTEGER, 1_000)
      mock.timers.setTime(BEGIN)
      world = entering
    },
    async close() {
      await closeAll(opened)
      await database.close()
    },
  }
}

async function openAll(
  { processes, isRekeyed, slow }: Features,
  open: (age: KeyAge) => Promise<FastifyInstance>,
): Promise<Applications> {
  const racing = [await open('both')]
  if (processes === 2) racing.push(await open('both'))
  if (!isRekeyed && !slow) return { racing, first: racing[0]!, last: racing[0]! }
  return { racing, first: await open('former'), last: await open('current') }
}

async function closeAll({ racing, first, last }: Applications): Promise<void> {
  await Promise.all([...new Set([...racing, first, last])].map((app) => app.close()))
}

/** Has every rotation be one by `rotateEvery`. */
function renewAlways({ storedSession: { store } }: FastifyInstance): void {
  const rotate = store.rotate.bind(store)
  store.rotate = (rotation) => rotate({ ...rotation, isRenewal: true })
}

async function openRacingApp(
  database: SessionDatabase,
  features: Features,
  age: KeyAge,
  world: () => World | undefined,
): Promise<FastifyInstance> {
  const scheduled = scheduledDatabase(observed(database, world), () => world()?.scheduler)
  const app = await openApp(slowed(scheduled, world), {
    options: optionsOf(features, age),
    routes(app) {
      app.post('/race', async (request) => {
        const party = world()!.parties.get(String(request.headers['x-party']))!
        await party.handle(request, party)
        return {}
      })
      app.post<{ Body: Record<string, unknown> }>('/begin', async (request) => {
        Object.assign(request.session, request.body)
        return { id: request.session.sessionId }
      })
      app.post('/rotate', async (request) => {
        const isRotated = await app.storedSession.rotateId(request)
        return { isRotated, id: request.session.sessionId }
      })
      app.get('/see', async (request) => {
        const { cookie, ...content } = Object.fromEntries(Object.entries(sessionOf(request)))
        return content
      })
    },
  })
  if (features.isRenewal) renewAlways(app)
  app.storedSession.on('gone', ({ sid }) => world()?.gone.push(sid))
  return app
}
