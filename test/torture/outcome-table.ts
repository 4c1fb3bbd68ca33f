import type { Outcome } from './torture.ts'

/** Saves, endings and events that were acknowledged and are not there. */
export const lossesOf = ({ lost, revived, history }: Outcome): number => lost + revived + (history?.lostEvents ?? 0)

/** What must not happen, whatever is killed. */
export const faultsOf = ({ foreign, unreadable, unexpected, crashes }: Outcome): number =>
  foreign + unreadable + unexpected + crashes

/** Outcomes that are printed as they come, and together in the end. */
export class OutcomeTable {
  readonly #rows: object[] = []

  /** Adds a row that begins with what was done, and ends with what only some have. */
  add(done: object, outcome: Outcome, more: object = {}): void {
    const { rows, lost, revived, foreign, unreadable, unexpected, crashes } = outcome
    const { examples, history } = outcome
    for (const example of [...examples, ...(history?.lostExamples ?? [])]) console.error(example)
    this.#rows.push({
      ...done,
      'acknowledged saves': outcome.acknowledged,
      'acknowledged endings': outcome.endings,
      'failed requests': outcome.failed,
      ...{ rows, lost, revived, foreign, unreadable, unexpected, crashes },
      'longest recovery, ms': Math.round(outcome.longestRecoveryMs),
      'longest request, ms': Math.round(outcome.longestMs),
      ...(history && {
        'acknowledged changes': history.changes,
        'missing events': history.missing,
        'lost events': history.lostEvents,
        'oldest missing event, ms before the kill': history.oldestMissingMs,
      }),
      ...more,
    })
    console.log(this.#rows.at(-1))
  }

  print(): void {
    console.table(this.#rows)
  }
}
