import type { Output } from './output.ts'

export interface ProgressOptions {
  /** The verb for the finished items, such as `sealed`. */
  readonly verb: string
  /** The total number, where it is known. */
  readonly total?: number | undefined
}

/** The time between two lines without a terminal, and between two updates of the line on a terminal. Milliseconds. */
const LINE_MS = 5_000
const RENEWAL_MS = 100
/** The period for which the rate is measured. Milliseconds. */
const WINDOW_MS = 15_000

interface Sample {
  readonly time: number
  readonly done: number
}

/** Shows the progress of long work: its state, its rate, and the remaining time. */
export class Progress {
  readonly #output: Output
  readonly #options: ProgressOptions
  readonly #now: () => number
  readonly #samples: Sample[]
  #shown: number

  /** @param now - a monotonic clock, milliseconds */
  constructor(output: Output, options: ProgressOptions, now = () => performance.now()) {
    this.#output = output
    this.#options = options
    this.#now = now
    this.#shown = now()
    this.#samples = [{ time: this.#shown, done: 0 }]
  }

  /** Reports how many items are done. May be called at any rate. */
  update(done: number): void {
    const time = this.#now()
    this.#samples.push({ time, done })
    while (this.#samples.length > 2 && this.#samples[1]!.time < time - WINDOW_MS) this.#samples.shift()
    const { hasTerminal } = this.#output
    if (time - this.#shown < (hasTerminal ? RENEWAL_MS : LINE_MS)) return
    this.#shown = time
    const line = progressLine(this.#options, done, this.#rate())
    if (hasTerminal) this.#output.status(line)
    else this.#output.message(line)
  }

  /** Removes the line. */
  end(): void {
    this.#output.status('')
  }

  #rate(): number {
    const [first, last] = [this.#samples[0]!, this.#samples.at(-1)!]
    return last.time === first.time ? 0 : ((last.done - first.done) * 1_000) / (last.time - first.time)
  }
}

function progressLine({ verb, total }: ProgressOptions, done: number, rate: number): string {
  const of =
    total === undefined ? '' : ` of ${grouped(total)} (${Math.floor((100 * done) / Math.max(total, done, 1))}%)`
  const left = total === undefined || rate <= 0 || done >= total ? '' : `, ${duration((total - done) / rate)} left`
  return `${verb} ${grouped(done)}${of}, ${grouped(Math.round(rate))}/s${left}`
}

/** A number with separators: `1,204`. */
export const grouped = (number: number) => number.toLocaleString('en-US')

/** `1 session`, `1,204 sessions`. */
export const sessionsOf = (number: number) => `${grouped(number)} ${number === 1 ? 'session' : 'sessions'}`

/** `1 row`, `1,204 rows`. */
export const rowsOf = (number: number) => `${grouped(number)} ${number === 1 ? 'row' : 'rows'}`

/** `40 s`, `12 min`, `2.5 h`. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`
  return `${(seconds / 3_600).toFixed(1)} h`
}
