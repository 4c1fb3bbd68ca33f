import type { TestDatabase } from '../harness/databases.ts'
import { sidOf } from '../support/rows.ts'

const USUAL_LIFE_MS = 7_200_000

interface CopiedColumns {
  createdAt?: number
  touchedAt?: number
  expiresAt?: number
  trimAt?: number
  userId?: string | null
  keyId?: number | null
}

/** Inserts a row as somebody would who copies another store's table by SQL: key and data as they are. */
export async function copiedRow(
  { dialect, query }: TestDatabase,
  sid: Buffer,
  data: Buffer,
  columns: CopiedColumns = {},
): Promise<void> {
  const now = Date.now()
  const { createdAt = now, touchedAt = now, expiresAt = now + USUAL_LIFE_MS } = columns
  const { trimAt = expiresAt + USUAL_LIFE_MS, userId = null, keyId = null } = columns
  const values = [sid, data, 1, createdAt, touchedAt, expiresAt, trimAt, userId, keyId]
  const names = 'sid, data, version, created_at, touched_at, expires_at, trim_at, user_id, key_id'
  const places = values.map((_, index) => (dialect === 'pg' ? `$${index + 1}` : '?'))
  await query(`INSERT INTO stored_sessions (${names}) VALUES (${places})`, values)
}

/** Inserts a row as an import from another store would: its data as they are, without a key. */
export async function importRow(
  database: TestDatabase,
  id: string,
  data: Buffer,
  { lives = USUAL_LIFE_MS, keyId = null as number | null } = {},
): Promise<void> {
  const expiresAt = Date.now() + lives
  await copiedRow(database, sidOf(id), data, { expiresAt, trimAt: expiresAt + lives, keyId })
}
