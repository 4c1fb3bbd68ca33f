import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Handlers that wait in the middle until the test lets them go on. */
export interface Pause {
  /** Adds a route whose handler has its session, waits, and then does its work. */
  route(app: FastifyInstance, url: string, work: (request: FastifyRequest) => unknown): void
  /** Resolves when a handler waits. */
  entered(): Promise<void>
  resume(): void
}

export function pause(): Pause {
  let enter = () => {}
  let resume = () => {}
  let entered = new Promise<void>(() => {})
  const prepare = () => {
    entered = new Promise((resolve) => {
      enter = resolve
    })
  }
  prepare()
  return {
    route(app, url, work) {
      app.post(url, async (request) => {
        const released = new Promise<void>((resolve) => {
          resume = resolve
        })
        enter()
        await released
        return work(request)
      })
    },
    async entered() {
      await entered
      prepare()
    },
    resume: () => resume(),
  }
}
