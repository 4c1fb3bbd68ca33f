import { answer } from './answer.ts'
import type { SessionEventEmitter, SessionEvents } from './events.ts'

/** What a request asks the store for. */
type Operation = SessionEvents['fault'][0]['operation']

const PASSING_FAULT = 503

/** Calls back as {@link answer} does. A failure that is the database's or the key provider's is an event as well. */
export function answerFor<Result>(
  events: SessionEventEmitter,
  operation: Operation,
  result: Result | Promise<Result>,
  callback: (error: unknown, result?: Result) => void,
): void {
  answer(result, (error, value) => {
    if (isFault(error)) events.emit('fault', { operation, error })
    callback(error, value)
  })
}

// What an application did wrong is its own affair.
function isFault(error: unknown): error is Error {
  return error instanceof Error && (error as { statusCode?: unknown }).statusCode === PASSING_FAULT
}
