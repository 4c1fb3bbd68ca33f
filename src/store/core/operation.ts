import { Measures } from '../../instruments/measures.ts'
import type { OperationName } from '../../instruments/operation.ts'
import { type Beginning, trace } from '../../instruments/trace.ts'
import { Deadline } from '../../time/deadline.ts'
import type { StoreCore } from './core.ts'
import type { SessionEventEmitter, SessionEvents } from './events.ts'

/** One thing that the store does for a caller. */
export interface Operation {
  /** Until when it may begin something that it cannot take back. */
  readonly deadline: Deadline
  /** What is measured of it; undefined where nobody listens. */
  readonly measures?: Measures | undefined
}

/** A kind of operation. */
export interface Task<Args extends unknown[], Result> {
  work(core: StoreCore, operation: Operation, ...args: Args): Result | Promise<Result>
  /** How many times as long its caller waits: some have to find out what became of their last step. @defaultValue 1 */
  readonly allowance?: number
  /** How channels and listeners see it; absent where they do not. */
  readonly observed?: Observed<Args, Result>
}

export interface Observed<Args extends unknown[], Result> {
  readonly name: OperationName
  /** Events that are found out by observing it. */
  readonly events: readonly (keyof SessionEvents)[]
  /** What is known when it begins. */
  begin(...args: Args): Beginning
  /** What it came to; without a result when it failed. */
  finish(
    observer: { readonly events: SessionEventEmitter; readonly measures: Measures },
    result: Result | undefined,
    ...args: Args
  ): { readonly outcome: string; readonly sessions?: number }
}

/** Does a task, observed where somebody listens. */
export function perform<Args extends unknown[], Result>(
  core: StoreCore,
  operation: Operation,
  task: Task<Args, Result>,
  ...args: Args
): Result | Promise<Result> {
  const { observed } = task
  if (!observed || !isHeard(core, task)) return task.work(core, operation, ...args)
  const { events } = core
  const measures = new Measures()
  return trace(
    events,
    observed.name,
    observed.begin(...args),
    () => task.work(core, { ...operation, measures }, ...args),
    (result) => ({ ...measures.known, ...observed.finish({ events, measures }, result, ...args) }),
  )
}

/** Whether anybody listens to a task. */
export function isHeard<Args extends unknown[], Result>(
  { events }: StoreCore,
  { observed }: Task<Args, Result>,
): boolean {
  return observed !== undefined && (events.hears(observed.name) || observed.events.some((name) => events.hears(name)))
}

/** What no request waits for. */
export const unlimited = (): Operation => ({ deadline: new Deadline(Number.POSITIVE_INFINITY) })

/*
 * What belongs to no request, as channels and listeners see it.
 */

/** Touching so many sessions. */
export const observeTouch = (events: SessionEventEmitter, sessions: number, touch: () => Promise<void>) =>
  events.hears('touch') ? trace(events, 'touch', { sessions }, touch, () => ({ outcome: 'touched' })) : touch()

/** Applying migrations. */
export const observeMigration = (events: SessionEventEmitter, migrate: () => Promise<void>) =>
  events.hears('migrate') ? trace(events, 'migrate', {}, migrate, () => ({ outcome: 'migrated' })) : migrate()

/** One round of trimming. */
export const observeTrim = <Result extends { readonly trimmed: number; readonly complete: boolean }>(
  events: SessionEventEmitter,
  trim: () => Promise<Result>,
): Promise<Result> =>
  trace(events, 'trim', {}, trim, (result) => ({
    sessions: result?.trimmed ?? 0,
    outcome: result?.complete ? 'complete' : 'partial',
  }))
