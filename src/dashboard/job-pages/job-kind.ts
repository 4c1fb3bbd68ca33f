import type { SafeHtml } from '../../pages/html.ts'
import type { Permission } from '../frame/operator.ts'
import { tooMany } from '../frame/refusal.ts'
import type { Section } from '../frame/sections.ts'
import type { Answer, Visit } from '../frame/visit.ts'
import type { Job, JobControl, Jobs } from '../jobs/jobs.ts'

/** A kind of job: who may see and stop it, and what its page shows. */
export interface JobKind<Result = unknown> {
  /** The `kind` of its jobs. */
  readonly kind: string
  readonly title: string
  readonly section: Section
  readonly needs: Permission
  /** The path of the page from which such a job is started. */
  readonly path: string
  /** The names of two numbers of its progress: what is done, and of how many. */
  readonly bar?: readonly [done: string, total: string]
  /** The name of a link to that page, below the result. */
  readonly back?: string
  /** What a job that has finished has to say in one line. */
  summary(result: Result): string
  /** What the page of a job that has finished shows. */
  result(visit: Visit, job: EndedJob<Result>): SafeHtml
}

/** A job with a result. */
export type EndedJob<Result> = Job<Result> & { readonly result: Result }

/** Seconds after which an operator may try again when too many jobs run. */
const RETRY_S = 10

/**
 * Starts a job for the operator of a request, and leads to its page. What fails is logged, because the page does not show
 * the error of a driver.
 *
 * @throws {@link Refusal} when too many jobs run
 */
export function startJob<Result>(
  jobs: Jobs,
  { operator: { actor }, request: { log } }: Visit,
  { kind }: JobKind<Result>,
  work: (control: JobControl) => Promise<Result>,
): Answer {
  const run = async (control: JobControl) => {
    try {
      return await work(control)
    } catch (error) {
      if (!control.signal.aborted) log.error({ err: error, actor }, `sessionDashboard: the job ${kind} failed`)
      throw error
    }
  }
  const job = jobs.start<Result>({ kind, actor, run })
  if (!job) throw tooMany('Other jobs are running. Wait until one has ended, or stop one, and try again.', RETRY_S)
  return { redirect: `/jobs/${job.id}` }
}

/** Waits for work that cannot be stopped itself: when its job has to stop, nobody waits any more. */
export async function untilStopped<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  signal.throwIfAborted()
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, stopped])
}
