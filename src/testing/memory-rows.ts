import type { NewRow, RowEnd } from '../database/contract/session-database.ts'

/** The values that an ended row keeps or gets; all others are removed. */
type MemoryEnd = RowEnd

const EMPTY = Buffer.alloc(0)

/** The rows of a storage in memory. Rows are never changed in place, so a row stays as it was read. */
export class MemoryRows {
  readonly #rows = new Map<string, NewRow>()

  get(sid: Buffer): NewRow | undefined {
    return this.#rows.get(keyOf(sid))
  }

  all(isWanted: (row: NewRow) => boolean): NewRow[] {
    return [...this.#rows.values()].filter(isWanted)
  }

  /** The row that has this version and matches this condition. */
  versionOf(sid: Buffer, version: number, isWanted: (row: NewRow) => boolean): NewRow | undefined {
    const row = this.get(sid)
    return row?.version === version && isWanted(row) ? row : undefined
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
  end(row: NewRow | undefined, end: MemoryEnd): boolean {
    const { endedAt, endReason, trimAt, binding = null } = end
    return this.change(row, {
      endedAt,
      endReason,
      trimAt,
      binding,
      data: EMPTY,
      version: (row?.version ?? 0) + 1,
      userId: null,
      keyId: null,
      metadata: null,
    })
  }

  delete({ sid }: NewRow): void {
    this.#rows.delete(keyOf(sid))
  }
}

/** Whether a row is a session that was not ended. */
export const isLasting = ({ endedAt }: NewRow) => endedAt === null

/** The same, or the next row of a session whose id is rotating. */
export const isUnended = (row: NewRow) => isLasting(row) || row.endReason === 'rotating'

/** Whether a row holds content that is or should be sealed: tombstones name no key. */
export const isSealable = (row: NewRow) => isLasting(row) || row.keyId !== null

export const bySid = (one: NewRow, other: NewRow) => Buffer.compare(one.sid, other.sid)

const keyOf = (sid: Buffer) => sid.toString('latin1')
