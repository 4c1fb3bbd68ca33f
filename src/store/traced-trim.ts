import { trace } from '../instruments/trace.ts'
import type { SessionEventEmitter } from './events.ts'

interface Trimmed {
  readonly trimmed: number
  readonly complete: boolean
}

/** One call of trim, traced. */
export function traceTrim<Result extends Trimmed>(
  events: SessionEventEmitter,
  trim: () => Promise<Result>,
): Promise<Result> {
  return trace(events, 'trim', {}, trim, (result) => ({
    sessions: result?.trimmed ?? 0,
    outcome: result?.complete ? 'complete' : 'partial',
  }))
}
