import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import * as schema from './schema.ts'

const { DATABASE_URL } = process.env
if (!DATABASE_URL) throw new Error('DATABASE_URL is missing, such as postgres://user:password@127.0.0.1/database')

/** The connections of the application, which its sessions use too. */
export const client = postgres(DATABASE_URL)
export const db = drizzle(client, { schema })
