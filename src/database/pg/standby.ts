import type { PgClient } from './client.ts'

const ASK = 'select pg_is_in_recovery() as "isStandby"'

/** The state of PostgreSQL for a server that refuses to write. */
const READ_ONLY = '25006'

/** How postgres.js answers what it would have sent over a connection that it refused. */
const REFUSED = 'CONNECTION_DESTROYED'

/**
 * Runs work of the start, and refuses a standby in words of its own.
 *
 * @throws an error with the code 25006
 */
export async function refusingStandby<Result>(client: PgClient, work: () => Promise<Result>): Promise<Result> {
  // Our own connections refuse a standby by themselves, in words that do not name it.
  if (!client.isStandby && (await asksStandby(client))) throw standby()
  try {
    return await work()
  } catch (error) {
    const { code } = error as { code?: unknown }
    if ((code === READ_ONLY || code === REFUSED) && (await client.isStandby?.().catch(() => false))) throw standby()
    throw error
  }
}

/** Whether the server of a connection is a standby. */
export async function asksStandby(client: Pick<PgClient, 'query'>): Promise<boolean> {
  const { rows } = await client.query(ASK, [])
  return rows[0]?.isStandby === true
}

const standby = () =>
  Object.assign(
    new Error(
      'the server is a standby, which returns stale rows and accepts no writes; give the address of the primary, or name all hosts in the URL',
    ),
    { code: READ_ONLY },
  )
