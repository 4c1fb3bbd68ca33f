/** What is measured of one operation. Made only where somebody listens. */
export class Measures {
  /** Milliseconds of waiting for the database, with waiting for others to share a statement with. */
  databaseMs = 0
  /** Milliseconds of sealing and opening, with asking for keys. */
  cryptoMs = 0
  /** Of the sealed payload that was read or written. */
  bytes: number | undefined
  /** Sessions that the same statement read or changed, this one included. */
  shared: number | undefined
  /** Whether a row was inserted, and whether one was ended. */
  hasInserted = false
  hasEnded = false

  /** What an operation tells of them. */
  get known(): { databaseMs: number; cryptoMs: number; bytes?: number; shared?: number } {
    const { databaseMs, cryptoMs, bytes, shared } = this
    return { databaseMs, cryptoMs, ...(bytes && { bytes }), ...(shared && { shared }) }
  }

  /** Waits for the database. */
  async database<Result>(answer: Promise<Result>): Promise<Result> {
    const began = performance.now()
    try {
      return await answer
    } finally {
      this.databaseMs += performance.now() - began
    }
  }

  /** Seals or opens; what answers at once stays at once. */
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

/** Waits for the database, and measures that where somebody listens. */
export const inDatabase = <Result>(measures: Measures | undefined, answer: Promise<Result>): Promise<Result> =>
  measures ? measures.database(answer) : answer
