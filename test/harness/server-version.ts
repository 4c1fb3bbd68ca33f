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

/** The version of a node of Galera, once it takes statements. */
export async function syncedVersion(url: string): Promise<string> {
  const connection = await mysql.createConnection({ uri: url, connectTimeout: 5000 })
  try {
    const [[row]] = await connection.query<mysql.RowDataPacket[]>("SHOW STATUS LIKE 'wsrep_local_state_comment'")
    if (row?.Value !== 'Synced') throw new Error(`the node is ${row?.Value}, and not yet Synced`)
    return await mysqlVersion(url)
  } finally {
    await connection.end()
  }
}
