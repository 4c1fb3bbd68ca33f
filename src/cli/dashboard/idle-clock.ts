import type { FastifyRequest } from 'fastify'

/** Ends the dashboard when nobody has used it for a while, unless it works. */
export class IdleClock {
  /** Resolves when nobody has used it for that long. */
  readonly over: Promise<void>
  readonly #idleMs: number
  readonly #isBusy: () => boolean
  #end = () => {}
  #timer: NodeJS.Timeout | undefined

  constructor(idleMs: number, isBusy: () => boolean) {
    this.#idleMs = idleMs
    this.#isBusy = isBusy
    this.over = new Promise((resolve) => {
      this.#end = resolve
    })
    this.used()
  }

  /** Begins the time again. */
  used(): void {
    this.stop()
    this.#timer = setTimeout(() => (this.#isBusy() ? this.used() : this.#end()), this.#idleMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

/** Whether an operator made a request, and not a page that is left open and reloads its parts by itself. */
export const isUse = ({ headers }: Pick<FastifyRequest, 'headers'>) => headers['sec-fetch-dest'] !== 'empty'
