import { trace } from '../../instruments/trace.ts'
import type { SessionEventEmitter } from './events.ts'

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
