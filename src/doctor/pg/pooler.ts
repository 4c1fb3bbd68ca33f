import { type Found, fault, ok } from '../findings/finding.ts'
import type { PgConnections, PgSession } from './connection.ts'

/** A busy pooler may assign other connections. */
const ATTEMPTS = 3

/**
 * Detects a pooler such as PgBouncer. A pooler announces its own process numbers, so that a client can cancel through
 * it. A pooler in transaction mode gives one client's server connection to another client between transactions.
 */
export async function findPooler(connections: PgConnections): Promise<Found> {
  const { announced, actual } = await connections.processes()
  if (announced === undefined || announced === actual)
    return ok('no pooler between application and server was detected')
  if (!connections.session)
    return ok('a pooler is between application and server; with one connection its mode cannot be detected')
  const one = await connections.session()
  try {
    const other = await connections.session()
    const found = await modeOf(one, other).finally(() => other.release())
    return found === LOSES_STATEMENTS && connections.sendsLostAnew ? SENDS_WITHOUT_NAME : found
  } finally {
    await one.release()
  }
}

async function modeOf(one: PgSession, other: PgSession): Promise<Found> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const lost = await afterTakingOver(one, other)
    if (lost === 'statement') return LOSES_STATEMENTS
    if (lost === 'connection')
      return ok('a pooler in transaction mode is between application and server, and keeps prepared statements')
  }
  return ok('a pooler in session mode is between application and server')
}

const LOSES_STATEMENTS = fault(
  'a pooler in transaction mode is between application and server, and loses prepared statements',
  'Add ?prepare=false to the URL of the database (for postgres.js), or use PgBouncer 1.21 or newer with max_prepared_statements above 0',
)

const SENDS_WITHOUT_NAME = ok(
  'a pooler in transaction mode is between application and server, and loses prepared statements; stored-session sends statements without a name',
)

/** The part of a client's connection that is lost when another client begins a transaction. */
async function afterTakingOver(one: PgSession, other: PgSession): Promise<'statement' | 'connection' | undefined> {
  const text = 'select pg_backend_pid() as pid, $1::text as word'
  const before = Number((await one.prepared(text, 'before').catch(ifUnknown))?.[0]?.pid ?? Number.NaN)
  // Another client may have prepared it there: then it is already lost.
  if (Number.isNaN(before)) return 'statement'
  await other.query('begin')
  try {
    if ((await pidOf(other)) !== before) return undefined
    // Inside a transaction, because a driver cannot repair it there by preparing again.
    await one.query('begin')
    const after = await one.prepared(text, 'after').catch(ifUnknown)
    await one.query('rollback')
    return after ? 'connection' : 'statement'
  } finally {
    await other.query('rollback')
  }
}

const NO_SUCH_STATEMENT = '26000'
const SUCH_A_STATEMENT = '42P05'
const ABORTED = '25P02'

function ifUnknown(error: { code?: unknown }): undefined {
  if ([NO_SUCH_STATEMENT, SUCH_A_STATEMENT, ABORTED].some((code) => error.code === code)) return undefined
  throw error
}

async function pidOf(session: PgSession): Promise<number> {
  return Number((await session.query('select pg_backend_pid() as pid'))[0]?.pid)
}
