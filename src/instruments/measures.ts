/** The measurements of one operation. They exist only where a subscriber or listener needs them. */
export class Measures {
  /** Milliseconds of waiting for the database, with the wait for a shared statement. */
  databaseMs = 0
  /** Milliseconds of sealing and opening, with the requests for keys. */
  cryptoMs = 0
  /** The size of the sealed payload that was read or written. */
  bytes: number | undefined
  /** Sessions that the same statement read or changed, with this one. */
  shared: number | undefined
  /** Whether the operation inserted a row, and whether it ended one. */
  hasInserted = false
  hasEnded = false

  /** The measurements that an operation publishes. */
  get known(): { databaseMs: number; cryptoMs: number; bytes?: number; shared?: number } {
    const { databaseMs, cryptoMs, bytes, shared } = this
    return { databaseMs, cryptoMs, ...(bytes && { bytes }), ...(shared && { shared }) }
  }

  /** Measures the wait for the database. */
  async database<Result>(answer: Promise<Result>): Promise<Result> {
    const began = performance.now()
    try {
      return await answer
    } finally {
      this.databaseMs += performance.now() - began
    }
  }

  /** Measures sealing or opening. Synchronous work stays synchronous. */
  crypto<Result>(work: () => Result | Promise<Result>): Result | Promise<Result> {
    const began = performance.now()
    const end = () => {
      this.cryptoMs += performance.now() - began
    }
    let result: Result | Promise<Result>
    try {
      result = work()
    } catch (error) {
      end()
      throw error
    }
    if (result instanceof Promise) return result.finally(end)
    end()
    return result
  }
}

/** Waits for the database, and measures the wait if there are measures. */
export const inDatabase = <Result>(measures: Measures | undefined, answer: Promise<Result>): Promise<Result> =>
  measures ? measures.database(answer) : answer
