import { randomText } from '../../payload/page-values.ts'

/** What a job may do: tell its progress, and see that it has to stop. */
export interface JobControl {
  readonly signal: AbortSignal
  /** Shows how far the job is: a few numbers by their names. */
  report(progress: JobNumbers): void
}

/** Numbers by their names, in the order in which a page shows them. */
export type JobNumbers = Readonly<Record<string, number>>

/** Work that takes longer than a request: an operator starts it, sees its progress and can stop it. */
export interface Job<Result = unknown> {
  readonly id: string
  /** What it does, such as `reencrypt`. */
  readonly kind: string
  readonly actor: string
  readonly startedAt: Date
  readonly endedAt?: Date
  readonly state: 'running' | 'done' | 'stopped' | 'failed'
  readonly progress: JobNumbers
  readonly result?: Result
  readonly error?: Error
}

/** What a job is to do. */
export interface JobPlan<Result> {
  readonly kind: string
  readonly actor: string
  run(control: JobControl): Promise<Result>
}

/** Jobs of one process that are remembered. */
const MOST_JOBS = 50
/** Jobs that run at a time: each occupies the database for a while. */
const MOST_RUNNING = 4

/**
 * The jobs of one dashboard, in this process. A job goes on without its operator; it ends when the application closes.
 */
export class Jobs {
  readonly #jobs = new Map<string, MutableJob>()

  /** Starts a job; undefined when too many run. */
  start<Result>({ kind, actor, run }: JobPlan<Result>): Job<Result> | undefined {
    if ([...this.#jobs.values()].filter(({ state }) => state === 'running').length >= MOST_RUNNING) return undefined
    const job = new MutableJob(kind, actor)
    this.#jobs.set(job.id, job)
    this.#forgetOldest()
    void job.run(run)
    return job as Job<Result>
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id)
  }

  /** The jobs of a kind, or all, the newest first. */
  list(kind?: string): Job[] {
    return [...this.#jobs.values()].filter((job) => kind === undefined || job.kind === kind).reverse()
  }

  /** Asks a job to stop. What it has done stays done. */
  stop(id: string): boolean {
    return this.#jobs.get(id)?.stop() ?? false
  }

  /** Stops all jobs, and resolves when they have stopped. */
  async close(): Promise<void> {
    for (const job of this.#jobs.values()) job.stop()
    await Promise.all([...this.#jobs.values()].map(({ finished }) => finished))
  }

  #forgetOldest(): void {
    for (const [id, { state }] of this.#jobs) {
      if (this.#jobs.size <= MOST_JOBS) return
      if (state !== 'running') this.#jobs.delete(id)
    }
  }
}

class MutableJob implements Job {
  readonly id = randomText()
  readonly kind: string
  readonly actor: string
  readonly startedAt = new Date()
  endedAt?: Date
  state: Job['state'] = 'running'
  progress: JobNumbers = {}
  result?: unknown
  error?: Error
  finished: Promise<void> = Promise.resolve()
  readonly #stopping = new AbortController()

  constructor(kind: string, actor: string) {
    this.kind = kind
    this.actor = actor
  }

  run(work: (control: JobControl) => Promise<unknown>): Promise<void> {
    const { signal } = this.#stopping
    const report = (progress: JobNumbers) => {
      this.progress = { ...progress }
    }
    this.finished = this.#settle(() => work({ signal, report }))
    return this.finished
  }

  stop(): boolean {
    const isRunning = this.state === 'running'
    this.#stopping.abort(new StoppedError())
    return isRunning
  }

  async #settle(work: () => Promise<unknown>): Promise<void> {
    try {
      this.result = await work()
      this.state = this.#stopping.signal.aborted ? 'stopped' : 'done'
    } catch (error) {
      this.error = error as Error
      this.state = error instanceof StoppedError ? 'stopped' : 'failed'
    }
    this.endedAt = new Date()
  }
}

/** The reason with which a job stops. */
export class StoppedError extends Error {
  constructor() {
    super('An operator stopped the job.')
  }
}
