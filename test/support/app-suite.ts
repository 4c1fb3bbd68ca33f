import { after, before, mock } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../../src/index.ts'
import type { DatabaseTarget, TestDatabase } from '../harness/databases.ts'
import { type AppSetup, openApp } from './app.ts'

interface Closable {
  close(): Promise<void>
}

/** A database and applications on it, for the tests of one suite. */
export interface AppSuite {
  readonly database: TestDatabase
  /** Those that were opened, in their order. */
  readonly apps: readonly FastifyInstance[]
  /** Opens an application that is closed after the suite, whether or not a test has closed it already. */
  open(setup?: AppSetup): Promise<FastifyInstance>
  /** The same, over another connection to the database. */
  openOn(connection: StoredSessionOptions['database'], setup?: AppSetup): Promise<FastifyInstance>
  /** Opens what stands between applications and the database before the tests, and closes it as `closing` does. */
  opening<Opened extends Closable>(open: (database: TestDatabase) => Opened | Promise<Opened>): Opened
  /** Takes what has to be closed after the applications and before the database is dropped, and returns it. */
  closing<Closed extends Closable>(closable: Closed): Closed
  /** Moves the clock of a suite that has one of its own. */
  pass(ms: number): void
}

/**
 * Creates a database before the tests of a suite; closes its applications and drops the database after them.
 * Only in `describe`: the hooks of a whole file do not wait for each other.
 *
 * @param now - what the suite's own clock shows at first, epoch milliseconds; without it time passes by itself
 */
export function appSuite(target: DatabaseTarget, { now }: { now?: number } = {}): AppSuite {
  let database: TestDatabase
  const apps: FastifyInstance[] = []
  const closables: Closable[] = []
  before(async () => {
    database = await target.create()
    if (now !== undefined) mock.timers.enable({ apis: ['Date'], now })
  })
  after(async () => {
    if (now !== undefined) mock.timers.reset()
    for (const closable of [...apps, ...closables]) await closable.close()
    await database.drop()
  })
  const openOn: AppSuite['openOn'] = async (connection, setup) => {
    const app = await openApp(connection, setup)
    apps.push(app)
    return app
  }
  const closing: AppSuite['closing'] = (closable) => {
    closables.push(closable)
    return closable
  }
  return {
    get database() {
      return database
    },
    apps,
    open: (setup) => openOn(database.url, setup),
    openOn,
    opening<Opened extends Closable>(open: (database: TestDatabase) => Opened | Promise<Opened>) {
      const opened = {} as Opened
      before(async () => void Object.assign(opened, closing(await open(database))))
      return opened
    },
    closing,
    pass: (ms) => mock.timers.setTime(Date.now() + ms),
  }
}
