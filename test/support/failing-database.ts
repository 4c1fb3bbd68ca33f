import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { oneByOne } from './one-by-one.ts'

/** The statements of a request. */
export type StatementName = 'read' | 'insert' | 'update' | 'touch' | 'end' | 'replace' | 'endUser'

const NAMES: StatementName[] = ['read', 'insert', 'update', 'touch', 'end', 'replace', 'endUser']

/** A real database whose statements can be made to fail before they reach it, as those of a lost connection do. */
export interface FailingDatabase {
  readonly database: SessionDatabase
  /** Names of statements that fail now. */
  readonly failing: Set<StatementName>
  /** The statements that were asked for since the list was emptied last. */
  readonly asked: StatementName[]
  close(): Promise<void>
}

/** Opens a database that can be made to fail; close() it in the end. */
export async function failingDatabase({ dialect, url }: TestDatabase): Promise<FailingDatabase> {
  const opened = await openDatabase(dialect, url, 'stored_sessions')
  const failing = new Set<StatementName>()
  const asked: StatementName[] = []
  const database = oneByOne(opened)
  for (const name of NAMES) {
    const statement = opened[name] as (...parameters: unknown[]) => Promise<never>
    database[name] = (async (...parameters: unknown[]) => {
      asked.push(name)
      if (failing.has(name)) throw Object.assign(new Error('the connection broke at 10.0.0.7'), { code: 'ECONNRESET' })
      return statement(...parameters)
    }) as never
  }
  return { database, failing, asked, close: () => opened.close() }
}
