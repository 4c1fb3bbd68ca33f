import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { db } from './database.ts'
import { sessions, users } from './schema.ts'

/** Who is signed in: sessions joined with the users that they belong to. */
export function signedIn() {
  return db
    .select({ name: users.name, note: sessions.note })
    .from(sessions)
    .innerJoin(users, eq(sessions.userId, sql`${users.id}::text`))
    .where(and(isNull(sessions.endedAt), gt(sessions.expiresAt, Date.now())))
    .orderBy(users.name)
}

/** Writes your own column of a session. Change the other columns with `app.storedSession` only. */
export async function writeNote(handle: string, note: string): Promise<void> {
  const sid = Buffer.from(handle.slice('2::'.length), 'hex')
  await db.update(sessions).set({ note }).where(eq(sessions.sid, sid))
}
