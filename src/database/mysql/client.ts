import { type TimeLimits, within } from '../../time/time-limits.ts'

/** Whether what a statement did is what it should have done. */
type IsRight = (result: MysqlResult) => boolean

/** What we need of mysql2: its promise pool, or one connection. */
export interface MysqlClient {
  /**
   * Runs one prepared statement, and gives it up when its time is up.
   * @param values - those of its parameters; without them it is not prepared
   * @param isBulk - whether it goes over many rows, and may take longer
   */
  execute(text: string, values: unknown[] | undefined, isBulk?: boolean): Promise<MysqlResult>
  /**
   * Runs one statement like {@link execute}, and undoes it unless its result is right. Absent where there is one
   * connection alone, which others use meanwhile.
   */
  executeIf?(text: string, values: unknown[] | undefined, isRight: IsRight): Promise<boolean>
  /** Runs work on one connection. */
  withConnection(work: (query: (text: string) => Promise<MysqlResult>) => Promise<void>): Promise<void>
  /** Whether there is only one connection, so that a caller who keeps it blocks all others. @defaultValue false */
  readonly isSingle?: boolean
  /** Whether the application opened the connections, so that their settings are its own. @defaultValue false */
  readonly isHanded?: boolean
  /** Ends the connections, when they are ours. */
  close(): Promise<void>
}

export interface MysqlResult {
  readonly rows: Record<string, unknown>[]
  /** Rows matched by an UPDATE, inserted, or deleted. */
  readonly count: number
}

export type Answer = [Record<string, unknown>[] | { affectedRows: number }, unknown]

interface Queryable {
  execute(query: { sql: string; values: unknown[] }): Promise<Answer>
  query(query: { sql: string }): Promise<Answer>
}

/** Sends a statement: prepared if it has values, even if none. */
export const sendTo = (on: Queryable, { values, ...statement }: { sql: string; values: unknown[] | undefined }) =>
  values ? on.execute({ ...statement, values }) : on.query(statement)

export interface PooledConnection extends Queryable {
  release(): void
  destroy(): void
}

/** A promise pool or promise connection of mysql2. */
export interface Mysql2Promise extends Queryable {
  getConnection?(): Promise<PooledConnection>
  readonly pool?: {
    readonly config: { readonly connectionConfig?: { readonly typeCast?: unknown }; readonly connectionLimit?: number }
  }
  readonly connection?: { readonly config?: { readonly typeCast?: unknown } }
}

const passThrough = (_field: unknown, next: () => unknown) => next()

/** What a pool that was passed in may have set otherwise: rows are objects, and values are what the driver makes of them. */
export function plainFor({ pool, connection }: Mysql2Promise) {
  const config = pool?.config.connectionConfig ?? connection?.config
  // Only a function outweighs a function of the pool's own; it is called for every value, which takes half of the time.
  const typeCast = config && typeof config.typeCast !== 'function' ? true : passThrough
  return { rowsAsArray: false, nestTables: false, typeCast }
}

/** Speaks through a pool or connection of mysql2 that the application opened, and so leaves its connections alone. */
export function mysql2Client(client: Mysql2Promise, timeLimits: TimeLimits): MysqlClient {
  const plain = plainFor(client)
  const tryOn = async (connection: PooledConnection, sql: string, values: unknown[] | undefined, isRight: IsRight) =>
    tentatively(connection, () => sendTo(connection, { ...plain, sql, values }), isRight)
  return {
    execute: (sql, values, isBulk) =>
      within(isBulk ? timeLimits.bulk : timeLimits.request, sendTo(client, { ...plain, sql, values }).then(toResult)),
    ...(client.getConnection && {
      executeIf: (sql, values, isRight) =>
        within(
          timeLimits.request,
          client.getConnection!().then((connection) => tryOn(connection, sql, values, isRight)),
        ),
    }),
    async withConnection(work) {
      const pooled = client.getConnection ? await client.getConnection() : undefined
      const connection = pooled ?? client
      try {
        await work(async (text) => toResult(await connection.query({ ...plain, sql: text })))
      } finally {
        pooled?.release()
      }
    },
    // A connection without a pool is shared by statements, and nobody has to wait until it is given back.
    isSingle: client.pool?.config.connectionLimit === 1,
    isHanded: true,
    close: async () => {},
  }
}

/** Runs a statement in a transaction of its own, and keeps it if its result is right. */
export async function tentatively(
  connection: PooledConnection,
  execute: () => Promise<Answer>,
  isRight: (result: MysqlResult) => boolean,
): Promise<boolean> {
  try {
    await connection.query({ sql: 'start transaction' })
    const isKept = isRight(toResult(await execute()))
    await connection.query({ sql: isKept ? 'commit' : 'rollback' })
    connection.release()
    return isKept
  } catch (error) {
    // With a connection that does not even take this back the server ends the transaction.
    await connection.query({ sql: 'rollback' }).then(
      () => connection.release(),
      () => connection.destroy(),
    )
    throw error
  }
}

export function toResult([answer]: Answer): MysqlResult {
  return Array.isArray(answer) ? { rows: answer, count: answer.length } : { rows: [], count: answer.affectedRows }
}
