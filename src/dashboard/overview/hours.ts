export const HOUR_MS = 3_600_000
/** Hours that the charts show, the running hour included. */
export const SHOWN_HOURS = 24

/** The start of the hour of a time, epoch milliseconds. */
export const hourOf = (time: number): number => time - (time % HOUR_MS)

/** The starts of the hours that the charts show, the oldest first. */
export function shownHours(now = Date.now()): number[] {
  const last = hourOf(now)
  return Array.from({ length: SHOWN_HOURS }, (_, index) => last - (SHOWN_HOURS - 1 - index) * HOUR_MS)
}

/** Numbers by their names. */
export type Counts = Readonly<Record<string, number>>

/** Counts by hour and name, for the hours that the charts show. */
export class HourlyCounts {
  readonly #hours = new Map<number, Record<string, number>>()

  add(name: string, count = 1): void {
    const hour = hourOf(Date.now())
    const counts = this.#hours.get(hour) ?? this.#begin(hour)
    counts[name] = (counts[name] ?? 0) + count
  }

  of(hour: number): Counts {
    return this.#hours.get(hour) ?? {}
  }

  #begin(hour: number): Record<string, number> {
    // The names of events are few, so only the hours have to be bounded.
    for (const old of this.#hours.keys()) if (old <= hour - SHOWN_HOURS * HOUR_MS) this.#hours.delete(old)
    const counts = {}
    this.#hours.set(hour, counts)
    return counts
  }
}
