import { Measures } from '../../instruments/measures.ts'
import type { OperationName } from '../../instruments/operation.ts'
import { type Beginning, trace } from '../../instruments/trace.ts'
import { Deadline } from '../../time/deadline.ts'
import type { StoreCore } from './core.ts'
import type { SessionEventEmitter, SessionEvents } from './events.ts'

/** One run of a task for one caller. */
export interface Operation {
  /** After this deadline the operation must not begin a step that it cannot undo. */
  readonly deadline: Deadline
  /** The measured values of the operation; undefined without listeners. */
  readonly measures?: Measures | undefined
}

/** A kind of operation. */
export interface Task<Args extends unknown[], Result> {
  work(core: StoreCore, operation: Operation, ...args: Args): Result | Promise<Result>
  /** A factor for the time its caller waits, because a task may have to check its last step. @defaultValue 1 */
  readonly allowance?: number
  /** What channels and listeners receive about the task; absent if they receive nothing. */
  readonly observed?: Observed<Args, Result>
}

interface Observed<Args extends unknown[], Result> {
  readonly name: OperationName
  /** Events that `finish` emits. */
  readonly events: readonly (keyof SessionEvents)[]
  /** The fields that are known at the start. */
  begin(...args: Args): Beginning
  /** The outcome; the result is undefined when the task failed. */
  finish(
    observer: { readonly events: SessionEventEmitter; readonly measures: Measures },
    result: Result | undefined,
    ...args: Args
  ): { readonly outcome: string; readonly sessions?: number }
}

/** Runs a task, and observes it if it has listeners. */
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
  const observer = { events, measures }
  // Listeners of single events need no operation around them.
  if (!events.hears(observed.name)) {
    const result = task.work(core, { ...operation, measures }, ...args)
    const tell = (known: Result) => {
      observed.finish(observer, known, ...args)
      return known
    }
    return result instanceof Promise ? result.then(tell) : tell(result)
  }
  return trace(
    events,
    observed.name,
    observed.begin(...args),
    () => task.work(core, { ...operation, measures }, ...args),
    (result) => ({ ...measures.known, ...observed.finish(observer, result, ...args) }),
  )
}

/** Whether a task has listeners or subscribers. */
export function isHeard<Args extends unknown[], Result>(
  { events }: StoreCore,
  { observed }: Task<Args, Result>,
): boolean {
  return observed !== undefined && (events.hears(observed.name) || observed.events.some((name) => events.hears(name)))
}

/** An operation without a deadline, because no request waits for it. */
export const unlimited = (): Operation => ({ deadline: new Deadline(Number.POSITIVE_INFINITY) })

/*
 * Observed work that belongs to no request.
 */

export const observeTouch = (events: SessionEventEmitter, sessions: number, touch: () => Promise<void>) =>
  events.hears('touch') ? trace(events, 'touch', { sessions }, touch, () => ({ outcome: 'touched' })) : touch()

export const observeMigration = (events: SessionEventEmitter, migrate: () => Promise<void>) =>
  events.hears('migrate') ? trace(events, 'migrate', {}, migrate, () => ({ outcome: 'migrated' })) : migrate()

export const observeTrim = <Result extends { readonly trimmed: number; readonly complete: boolean }>(
  events: SessionEventEmitter,
  trim: () => Promise<Result>,
): Promise<Result> =>
  trace(events, 'trim', {}, trim, (result) => ({
    sessions: result?.trimmed ?? 0,
    outcome: result?.complete ? 'complete' : 'partial',
  }))
