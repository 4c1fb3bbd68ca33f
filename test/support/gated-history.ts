import type { EventRow, SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { oneByOne } from './one-by-one.ts'

/** A real database whose inserts of events can fail, be held, and are noted. */
export interface GatedHistory {
  readonly database: SessionDatabase
  /** The events of each insert that was asked for. */
  readonly inserts: (readonly EventRow[])[]
  readonly now: {
    /** The error of inserts; undefined when they work. */
    failure: Error | undefined
    /** A user that the table cannot hold. */
    unstorable: string | undefined
    /** What inserts wait for. */
    gate: Promise<void> | undefined
  }
  close(): Promise<void>
}

export async function gatedHistory({ dialect, url }: TestDatabase): Promise<GatedHistory> {
  const real = await openDatabase(dialect, url, 'stored_sessions')
  const history = real.history!
  const gated: GatedHistory = {
    database: oneByOne(real),
    inserts: [],
    now: { failure: undefined, unstorable: undefined, gate: undefined },
    close: () => real.close(),
  }
  Object.assign(gated.database, {
    history: {
      ...history,
      async insertMany(events: readonly EventRow[]) {
        gated.inserts.push(events)
        await gated.now.gate
        if (gated.now.failure) throw gated.now.failure
        const isBad = ({ userId }: EventRow) => userId !== null && userId === gated.now.unstorable
        if (events.some(isBad)) throw Object.assign(new Error('no such character'), { code: '22P05' })
        await history.insertMany(events)
      },
    },
  })
  return gated
}

/** The error of a table that is full. */
export const fullTable = () => Object.assign(new Error('could not extend file: No space left'), { code: '53100' })
