/** A real database with an empty table, and a store on it that does only what it is told to. */
import BetterSqlite3 from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { StoreCore } from '../../src/store/core/core.ts'
import { SessionEventEmitter } from '../../src/store/core/events.ts'
import { FreshIds, RotatedIds } from '../../src/store/core/session-ids.ts'
import { openCore } from '../../src/store/open-core.ts'
import { checkedStoreOptions } from '../../src/store/options/check-store-options.ts'
import { Trimmer } from '../../src/store/trimming/trimming.ts'
import type { DatabaseName } from '../../test/harness/selection.ts'
import type { BenchServer, Place } from '../servers.ts'
import { secret } from '../stores.ts'
import type { Assumptions } from './assumptions.ts'
import { kindOf, type StatementCount, serverCount } from './statement-count.ts'

export interface Ground {
  readonly name: DatabaseName
  readonly place: Place
  readonly core: StoreCore
  readonly trimmer: Trimmer
  /** Statements so far; undefined where nobody counts them. */
  count(): Promise<StatementCount | undefined>
  /** Seconds of processor time that the server has used so far; SQLite has none of its own. */
  cpu(): number
  /** What the store told that should not have happened. */
  readonly faults: string[]
  close(): Promise<void>
}

export async function openGround(
  name: DatabaseName,
  server: Pick<BenchServer, 'createPlace' | 'cpu'>,
  assumptions: Assumptions,
): Promise<Ground> {
  const place = await server.createPlace()
  const opened = name === 'sqlite' ? countedSqlite(place.url) : undefined
  const { idleTimeout, touchInterval, trimGrace, trimBatch } = assumptions
  const options = checkedStoreOptions({
    database: opened?.database ?? place.url,
    secret,
    idleTimeout,
    touchInterval,
    trim: { grace: trimGrace, batchSize: trimBatch },
    migrate: true,
    user: ({ userId }: Record<string, unknown>) => userId as string,
  })
  const events = new SessionEventEmitter()
  const core = await openCore(options, { events, freshIds: new FreshIds(), rotatedIds: new RotatedIds() }, false)
  const trimmer = new Trimmer(core.database, events, options)
  return {
    name,
    place,
    core,
    trimmer,
    count: opened ? async () => ({ ...opened.statements }) : await serverCount(name, place),
    cpu: () => server.cpu(),
    faults: noted(events),
    async close() {
      await core.rows.flush()
      await core.database.close()
      opened?.close()
      await place.drop()
    },
  }
}

function noted(events: SessionEventEmitter): string[] {
  const faults: string[] = []
  for (const name of ['gone', 'conflict', 'unreadable', 'backgroundError'] as const) {
    events.on(name, (event: object) => void faults.push(`${name}: ${JSON.stringify(event)}`))
  }
  return faults
}

/** SQLite as the store opens it by a URL, with whoever counts its statements. */
function countedSqlite(url: string) {
  const statements = { select: 0, insert: 0, update: 0 }
  const verbose = (text: unknown) => {
    const kind = kindOf(String(text))
    if (kind) statements[kind] += 1
  }
  const client = new BetterSqlite3(url.slice('sqlite:'.length), { verbose })
  client.pragma('journal_mode = WAL')
  client.pragma('synchronous = NORMAL')
  return { database: drizzle(client), statements, close: () => client.close() }
}
