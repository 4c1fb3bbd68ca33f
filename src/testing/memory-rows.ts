import type { NewRow } from '../database/session-database.ts'

/** What becomes of a row that ends; the rest of it goes. */
export type MemoryEnd = Pick<NewRow, 'endedAt' | 'endReason' | 'trimAt'>

const EMPTY = Buffer.alloc(0)

/** The rows of a storage in memory. None is ever changed in place: who has read one keeps it as it was. */
export class MemoryRows {
  readonly #rows = new Map<string, NewRow>()

  get(sid: Buffer): NewRow | undefined {
    return this.#rows.get(keyOf(sid))
  }

  all(isWanted: (row: NewRow) => boolean): NewRow[] {
    return [...this.#rows.values()].filter(isWanted)
  }

  /** The row that has this version and has not ended. */
  unended(sid: Buffer, version: number): NewRow | undefined {
    const row = this.get(sid)
    return row && isUnended(row) && row.version === version ? row : undefined
  }

  add(row: NewRow): void {
    this.#rows.set(keyOf(row.sid), row)
  }

  /** Whether there was a row to change. */
  change(row: NewRow | undefined, changes: Partial<NewRow>): boolean {
    if (row) this.add({ ...row, ...changes })
    return row !== undefined
  }

  /** Whether there was a row to end. */
  end(row: NewRow | undefined, end: MemoryEnd, data: Buffer = EMPTY): boolean {
    return this.change(row, { ...end, data, version: (row?.version ?? 0) + 1, userId: null, keyId: null })
  }

  delete({ sid }: NewRow): void {
    this.#rows.delete(keyOf(sid))
  }
}

export const isUnended = ({ endedAt }: NewRow) => endedAt === null

export const bySid = (one: NewRow, other: NewRow) => Buffer.compare(one.sid, other.sid)

const keyOf = (sid: Buffer) => sid.toString('latin1')
