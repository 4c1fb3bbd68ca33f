import type { TestDatabase } from '../harness/databases.ts'
import { rowOf } from '../support/rows.ts'
import type { Log } from './violations.ts'

/** Looks at the rows themselves now and then: a version only grows, and what has ended stays so. */
export class Versions {
  readonly #database: TestDatabase
  readonly #log: Log
  #seen = new Map<string, { version: number; hasEnded: boolean }>()

  constructor(database: TestDatabase, log: Log) {
    this.#database = database
    this.#log = log
  }

  /** Why the row of an id has ended; null when it has not, undefined when there is none. */
  async reasonOf(id: string): Promise<string | null | undefined> {
    return (await rowOf(this.#database, id))?.endReason
  }

  async sample(): Promise<void> {
    const rows = await this.#database.query('SELECT sid, version, ended_at FROM stored_sessions')
    const found = rows.map((row) => {
      const sid = Buffer.from(row.sid as Uint8Array).toString('hex')
      return [sid, { version: Number(row.version), hasEnded: row.ended_at !== null }] as const
    })
    for (const [sid, { version, hasEnded }] of found) {
      const before = this.#seen.get(sid)
      // Ending a session that was trimmed already makes a new tombstone.
      if (before && version < before.version && !hasEnded)
        this.#log.violation('version', `${version} after ${before.version}`)
      if (before?.hasEnded && !hasEnded) this.#log.violation('version', 'a row that had ended has not')
    }
    this.#seen = new Map(found)
  }
}
