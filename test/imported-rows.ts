import type { TestDatabase } from './harness/databases.ts'
import { sidOf } from './rows.ts'

const USUAL_LIFE_MS = 7_200_000

/** Inserts a row as an import from another store would: its data as they are, without a key. */
export async function importRow(
  { dialect, query }: TestDatabase,
  id: string,
  data: Buffer,
  { lives = USUAL_LIFE_MS, keyId = null as number | null } = {},
): Promise<void> {
  const columns = 'sid, data, version, created_at, touched_at, expires_at, trim_at, key_id'
  const now = Date.now()
  const values = [sidOf(id), data, 1, now, now, now + lives, now + 2 * lives, keyId]
  const places = values.map((_, index) => (dialect === 'pg' ? `$${index + 1}` : '?'))
  await query(`INSERT INTO stored_sessions (${columns}) VALUES (${places})`, values)
}
