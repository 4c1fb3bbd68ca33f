import mysql from 'mysql2/promise'
import postgres from 'postgres'
import type { Fault } from './fault.ts'

/** Somebody else locks the table, and does not let go. */
export const lockFault: Fault = {
  name: 'the table is locked',
  refuses: 'all',
  begin: ({ database: { dialect, url } }) => (dialect === 'pg' ? lockPg(url) : lockMysql(url)),
}

async function lockPg(url: string): Promise<() => Promise<void>> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const connection = await sql.reserve()
  await connection.unsafe('begin')
  await connection.unsafe('lock table stored_sessions in access exclusive mode')
  return () => sql.end({ timeout: 0 })
}

async function lockMysql(uri: string): Promise<() => Promise<void>> {
  const connection = await mysql.createConnection({ uri })
  await connection.query('LOCK TABLES stored_sessions WRITE')
  return () => connection.end()
}
