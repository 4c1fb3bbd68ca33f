import { derivedKeys } from '../../src/keys/derived-keys.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { codecOf } from '../payload/codecs.ts'
import { allRows } from '../support/rows.ts'
import { secret } from '../support/stores.ts'

/** How many rows there are, and how many of the live ones do not open. */
export async function readableRows(database: TestDatabase): Promise<{ rows: number; unreadable: number }> {
  const codec = codecOf(derivedKeys(secret), 'stored_sessions')
  const rows = await allRows(database)
  let unreadable = 0
  for (const { sid, createdAt, data, endedAt } of rows) {
    if (endedAt !== null) continue
    try {
      codec.deserialize(await codec.open({ sid, createdAt }, data))
    } catch {
      unreadable++
    }
  }
  return { rows: rows.length, unreadable }
}
