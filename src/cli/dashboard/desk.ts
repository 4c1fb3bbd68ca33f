import Fastify, { type FastifyInstance } from 'fastify'
import { notFound, Refusal } from '../../dashboard/frame/refusal.ts'
import { sendRefusal } from '../../dashboard/frame/shell.ts'
import { checkDashboardOptions, type SessionDashboardOptions } from '../../dashboard/options.ts'
import { addDashboard } from '../../dashboard/session-dashboard.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import type { Entrance } from './entrance.ts'
import { IdleClock, isUse } from './idle-clock.ts'
import { namesLoopback } from './loopback.ts'

/** What a desk serves, and to whom. */
export interface DeskOptions extends Pick<SessionDashboardOptions, 'mode' | 'reveal'> {
  readonly store: StoredSessionStore
  readonly entrance: Entrance
  /** The name of the operator for the history. */
  readonly actor: string
  /** How long it waits for the next use. Milliseconds. */
  readonly idleMs: number
  /** Fastify's option of this name, for a proxy that ends TLS. */
  readonly trustProxy?: unknown
  /** Receives the errors of requests. */
  onError(error: Error): void
}

/** A server of its own for the dashboard, without the application. */
export interface Desk {
  readonly app: FastifyInstance
  /** Resolves when nobody has used it for `idleMs`. */
  readonly idle: Promise<void>
}

/** A desk that does not listen yet. It closes the server and not the store. */
export function deskOf(options: DeskOptions): Desk {
  const { store, entrance, actor, mode, reveal, idleMs, onError } = options
  const app = Fastify({
    // An open page of events would hold its connection, and with it the end of the process.
    forceCloseConnections: true,
    ...(options.trustProxy !== undefined && { trustProxy: options.trustProxy as string }),
    loggerInstance: errorLogger(onError),
  }) as unknown as FastifyInstance
  let isBusy = () => false
  const clock = new IdleClock(idleMs, () => isBusy())
  app.addHook('onClose', async () => clock.stop())
  app.addHook('onRequest', async (request, reply) => {
    if (entrance.isLocal && !namesLoopback(request.headers.host)) return sendRefusal(reply, otherHost())
    const answered = entrance.guard(request, reply)
    if (answered === undefined && isUse(request)) clock.used()
    return answered
  })
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, notFound(), ''))
  entrance.addRoutes?.(app)
  const authorize = (request: Parameters<Entrance['hasEntered']>[0]) => entrance.hasEntered(request) && actor
  const checked = checkDashboardOptions({ authorize, ...(mode && { mode }), ...(reveal && { reveal }) })
  void app.register(async (scope) => {
    isBusy = addDashboard(scope, store, checked).isBusy
  })
  return { app, idle: clock.over }
}

const otherHost = () =>
  new Refusal(
    421,
    'This name does not lead here',
    'Open mission control as 127.0.0.1 or localhost. To reach it from another machine, use an SSH tunnel: docs/cli.md shows how.',
  )

/** A logger that passes errors on, and nothing else: the terminal of an operator is no log of requests. */
function errorLogger(onError: (error: Error) => void) {
  const none = () => {}
  const error = (details: unknown) => {
    const { err } = (details ?? {}) as { err?: unknown }
    if (err instanceof Error) onError(err)
  }
  const logger = { level: 'error', info: none, debug: none, trace: none, warn: none, error, fatal: error, silent: none }
  return { ...logger, child: () => errorLogger(onError) }
}
