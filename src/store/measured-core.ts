import type { SessionDatabase } from '../database/session-database.ts'
import { sharersOf, watchingSharers } from '../database/sharers.ts'
import type { SessionOperation } from '../instruments/operation.ts'
import type { Codec } from '../payload/codec.ts'
import type { StoreCore } from './core.ts'

/** What was measured of one operation so far. */
export interface Measures extends Pick<SessionOperation, 'bytes' | 'shared'> {
  databaseMs: number
  cryptoMs: number
  /** Whether a row was inserted. */
  readonly inserted?: boolean
  /** Whether a row was ended. */
  readonly ended?: boolean
}

type Writable = { -readonly [Name in keyof Measures]: Measures[Name] }

/** A core for one operation, which measures what that operation does. Made only where somebody listens. */
export function measuredCore(core: StoreCore): { core: StoreCore; measures: Measures } {
  const measures: Writable = { databaseMs: 0, cryptoMs: 0 }
  const findRow: StoreCore['findRow'] = async (sid) => {
    const row = await timed(measures, 'databaseMs', () => watchingSharers(() => core.findRow(sid)))
    note(measures, row?.data.length, sharersOf(row ?? sid))
    return row
  }
  const measured = { codec: codecOf(core.codec, measures), database: databaseOf(core.database, measures), findRow }
  return { core: { ...core, ...measured }, measures }
}

function codecOf(codec: Codec, measures: Writable): Codec {
  return {
    ...codec,
    seal: (place, plaintext) => timedEither(measures, () => codec.seal(place, plaintext)),
    open: (place, sealed) => timedEither(measures, () => codec.open(place, sealed)),
  }
}

function databaseOf(database: SessionDatabase, measures: Writable): SessionDatabase {
  const run = <Result>(work: () => Promise<Result>) => timed(measures, 'databaseMs', work)
  const write = async <Row extends { data: Buffer }>(row: Row, how: () => Promise<boolean>) => {
    const written = await run(() => watchingSharers(how))
    if (written) note(measures, row.data.length, sharersOf(row))
    return written
  }
  const { listing } = database
  return {
    ...database,
    listing: listing && {
      ...listing,
      nthCreation: (after, position) => run(() => listing.nthCreation(after, position)),
      endAll: (filter, end) => run(() => listing.endAll(filter, end)),
    },
    insert: async (row) => {
      measures.inserted = await write(row, () => database.insert(row))
      return measures.inserted
    },
    replace: (replacement) => run(() => database.replace(replacement)),
    update: (change) => write(change, () => database.update(change)),
    end: async (sid, end) => {
      const ended = await run(() => database.end(sid, end))
      measures.ended ||= ended
      return ended
    },
    endUser: (userId, end) => run(() => database.endUser(userId, end)),
  }
}

function note(measures: Writable, bytes: number | undefined, shared: number | undefined): void {
  if (bytes) measures.bytes = bytes
  if (shared) measures.shared = shared
}

async function timed<Result>(
  measures: Writable,
  name: 'databaseMs' | 'cryptoMs',
  work: () => Result | Promise<Result>,
): Promise<Result> {
  const began = performance.now()
  try {
    return await work()
  } finally {
    measures[name] += performance.now() - began
  }
}

// A synchronous result stays synchronous.
function timedEither<Result>(measures: Writable, work: () => Result | Promise<Result>): Result | Promise<Result> {
  const began = performance.now()
  let result: Result | Promise<Result> | undefined
  try {
    result = work()
  } finally {
    measures.cryptoMs += performance.now() - began
  }
  return result instanceof Promise ? timed(measures, 'cryptoMs', () => result) : result
}
