import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyRequest } from 'fastify'
import type { SessionEventEmitter } from '../../store/core/events.ts'
import { reportFault } from '../../store/host-callbacks.ts'
import type { SessionRequests } from '../../store/session-requests.ts'

type Session = FastifyRequest['session']

/** The run of a function, until it returns. */
interface Run {
  readonly session: object
  isOver: boolean
}

/** The updates of requests. An update within the function of another update of its session is a part of that one. */
export class Updates {
  readonly #requests: SessionRequests
  readonly #events: SessionEventEmitter
  readonly #runs = new AsyncLocalStorage<Run>()

  constructor(requests: SessionRequests, events: SessionEventEmitter) {
    this.#requests = requests
    this.#events = events
  }

  /** Whether the caller is the function of an update of this session. */
  isRunningFor(session: object): boolean {
    const run = this.#runs.getStore()
    return run?.session === session && !run.isOver
  }

  /** Runs a function on a session that has the stored content, and resolves with its result after that is stored. */
  async update<Result>(session: Session, change: (session: Session) => Result): Promise<Awaited<Result>> {
    if (this.isRunningFor(session)) return await change(session)
    let result: Result | undefined
    const run = () => {
      result = this.#run(session, change)
      return result
    }
    try {
      await this.#requests.update(session.sessionId, session as never, run)
    } catch (error) {
      reportFault(this.#events, 'write', error)
      throw error
    }
    return await (result as Result)
  }

  #run<Result>(session: Session, change: (session: Session) => Result): Result {
    const run: Run = { session, isOver: false }
    const end = () => {
      run.isOver = true
    }
    return this.#runs.run(run, () => {
      let isPending = false
      try {
        const result = change(session)
        isPending = result instanceof Promise
        if (result instanceof Promise) result.then(end, end)
        return result
      } finally {
        if (!isPending) end()
      }
    })
  }
}
