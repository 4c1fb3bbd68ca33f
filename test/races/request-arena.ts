import { mock } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { SessionDatabase, SessionRow } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { type AppSession, openApp, sessionOf } from '../support/app.ts'
import { userIdOf } from '../support/user-id.ts'
import { scheduledDatabase } from './protocol.ts'
import type { Scheduler } from './scheduler.ts'

export const TOUCH_INTERVAL_MS = 60_000

/** Where whole requests race: an application for each of two parties, which share one where they are one process. */
export interface RequestArena {
  readonly apps: readonly [FastifyInstance, FastifyInstance]
  /** The `gone` and `conflict` events since the list was emptied last. */
  readonly events: { name: string; sid: string; keys?: string[] }[]
  schedule(scheduler: Scheduler | undefined): void
  close(): Promise<void>
}

/** What a request does with its session; `pause` is one more point at which the other party may go first. */
type Work = (session: AppSession, pause: () => Promise<void>) => unknown

/** Requests in flight. They find the user that is signed in, if any, and then do this. */
export const inFlight = {
  'only reads': (_session, pause) => pause(),
  modifies: async (session, pause) => {
    await pause()
    session.n = 1
  },
  'changes only a Map': async (session, pause) => {
    const { map } = session as { map?: Map<string, number> }
    await pause()
    map?.set('n', 1)
  },
  'saves midway': async (session, pause) => {
    session.n = 1
    await session.save()
    await pause()
    session.m = 1
  },
} satisfies Record<string, Work>

/** Opens one or two applications on a database, with a step of the scheduler before each of their statements. */
export async function requestArena(
  database: TestDatabase,
  { apps, rolling }: { apps: 1 | 2; rolling: boolean },
): Promise<RequestArena> {
  let current: Scheduler | undefined
  const events: RequestArena['events'] = []
  const open = async () => {
    const opened = await openDatabase(database.dialect, database.url, 'stored_sessions')
    const app = await openRacingApp(opened, rolling, () => current)
    for (const name of ['gone', 'conflict'] as const) {
      app.storedSession.store.events.on(name, (event: object) => events.push({ name, ...event } as never))
    }
    return { app, close: () => app.close().then(() => opened.close()) }
  }
  const [first, second] = apps === 1 ? [await open()] : [await open(), await open()]
  return {
    apps: [first!.app, (second ?? first!).app],
    events,
    schedule: (scheduler) => {
      current = scheduler
    },
    close: () => Promise.all([first!.close(), second?.close()]).then(() => {}),
  }
}

function openRacingApp(opened: SessionDatabase, rolling: boolean, scheduler: () => Scheduler | undefined) {
  const scheduled = scheduledDatabase(opened, scheduler)
  return openApp(rolling ? holdingTouches(scheduled, scheduler) : scheduled, {
    options: { rolling, touchInterval: TOUCH_INTERVAL_MS, user: userIdOf },
    routes(app) {
      app.post<{ Body: Record<string, unknown> }>('/begin', async (request) => {
        Object.assign(request.session, { map: new Map(), base: 1, ...request.body })
        return { id: request.session.sessionId }
      })
      app.get('/see', async (request) => {
        const { cookie, map, ...content } = Object.fromEntries(Object.entries(request.session)) as AppSession
        return { ...content, map: [...((map as Map<string, number>) ?? [])] }
      })
      app.post('/regenerate', async (request) => {
        await request.session.regenerate(['userId'])
        return { id: request.session.sessionId }
      })
      app.post('/remove', async (request) => {
        delete sessionOf(request).base
        return {}
      })
      app.post<{ Params: { kind: keyof typeof inFlight } }>('/in-flight/:kind', async (request) => {
        const { userId } = sessionOf(request)
        const work: Work = inFlight[request.params.kind]
        await work(sessionOf(request), () => pause(scheduler()))
        return { userId }
      })
    },
  })
}

const pause = async (scheduler: Scheduler | undefined): Promise<void> => scheduler?.step('pause', async () => {})

/** Touches gather on a timer: after a read that causes one, everybody waits until it has become a step of its own. */
function holdingTouches(database: SessionDatabase, scheduler: () => Scheduler | undefined): SessionDatabase {
  let release = () => {}
  const isStale = ({ touchedAt }: SessionRow) => Date.now() - touchedAt >= TOUCH_INTERVAL_MS
  return {
    ...database,
    async read(sids) {
      const rows = await database.read(sids)
      if (rows.some((row) => row.endedAt === null && isStale(row))) {
        release = scheduler()?.hold() ?? release
        // A second read of the same version causes no second touch.
        setTimeout(release, LONGER_THAN_TOUCHES_GATHER_MS)
      }
      return rows
    },
    touch(touches) {
      const touching = database.touch(touches)
      release()
      return touching
    },
  }
}

const TOUCHES_GATHER_MS = 20
const HURRIED_MS = 1
const LONGER_THAN_TOUCHES_GATHER_MS = 4

/** Lets the time that touches gather in pass sooner, for there are thousands of races; undone by `mock.reset()`. */
export function hurryTouches(): void {
  const { setTimeout } = globalThis
  const hurried = (run: () => void, delay?: number, ...rest: unknown[]) =>
    setTimeout(run, delay === TOUCHES_GATHER_MS ? HURRIED_MS : delay, ...(rest as []))
  mock.method(globalThis, 'setTimeout', hurried as typeof setTimeout)
}
