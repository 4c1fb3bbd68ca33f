import { eq } from 'drizzle-orm'
import { db } from './database.ts'
import { hashOf, isPassword } from './passwords.ts'
import { users } from './schema.ts'

/** Adds a user; undefined when the name is taken. */
export async function addUser(name: string, password: string): Promise<string | undefined> {
  const values = { name, passwordHash: await hashOf(password) }
  const [added] = await db.insert(users).values(values).onConflictDoNothing().returning({ id: users.id })
  return added?.id
}

/** The id of a user; undefined when the name or the password is wrong. */
export async function checkPassword(name: string, password: string): Promise<string | undefined> {
  const user = await db.query.users.findFirst({ where: eq(users.name, name) })
  return (await isPassword(password, user?.passwordHash)) ? user?.id : undefined
}
