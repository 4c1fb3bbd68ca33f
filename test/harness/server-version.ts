import mysql from 'mysql2/promise'
import postgres from 'postgres'

export async function postgresVersion(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} })
  try {
    const [row] = await sql`SHOW server_version`
    return String(row?.server_version).split(' ')[0] ?? ''
  } finally {
    await sql.end({ timeout: 0 })
  }
}

export async function mysqlVersion(url: string): Promise<string> {
  const connection = await mysql.createConnection({ uri: url, connectTimeout: 5000 })
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT VERSION() AS version')
    return String(rows[0]?.version)
  } finally {
    await connection.end()
  }
}
