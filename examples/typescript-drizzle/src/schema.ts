import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { storedSessionsColumns, storedSessionsIndexes } from 'stored-session/schema/pg'

export const users = pgTable('users', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull().unique(),
  passwordHash: text('password_hash').notNull(),
})

export const sessions = pgTable(
  'web_sessions',
  {
    ...storedSessionsColumns(),
    // Your own column: null or with a default, because the store inserts rows without it.
    note: text(),
  },
  storedSessionsIndexes('web_sessions'),
)
