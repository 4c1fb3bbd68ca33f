import type { Database, Statement as Prepared } from 'better-sqlite3'
import type { SessionRow } from '../contract/session-database.ts'
import { type Statement, valuesFor } from '../sql/statements.ts'
import type { SqliteClient, SqliteRow } from './client.ts'
import { fileCheck } from './same-file.ts'
import { trimLock } from './trim-lock.ts'

/** Speaks through better-sqlite3, whose calls are synchronous: each is one short statement or transaction. */
export function betterSqlite3Client(database: Database, close = () => {}): SqliteClient {
  const known = new WeakMap<Statement, Prepared>()
  const prepare = (statement: Statement) => {
    const prepared = known.get(statement)
    if (prepared) return prepared
    // A database that was passed in may yield big integers; all of ours are exact as numbers.
    const made = database.prepare(statement.text).safeIntegers(false)
    known.set(statement, made)
    return made
  }
  const transaction = database.transaction((work: () => unknown) => work())
  // One transaction for many statements, and none of its own for one.
  const together = <Item, Result>(
    mode: 'deferred' | 'immediate',
    items: readonly Item[],
    each: (item: Item) => Result,
  ): Result[] =>
    items.length === 1 ? items.map(each) : (transaction[mode](() => items.map(each)) as unknown as Result[])

  return {
    rows: (statement, values) => prepare(statement).all(values) as SqliteRow[],
    change: (statement, values) => prepare(statement).run(values).changes,
    rowOfEach: (statement, lists) =>
      together('deferred', lists, (values) => prepare(statement).get(values) as SqliteRow | undefined),
    changeEach(items, statement, quicker) {
      const statements = quicker ? [quicker, statement] : [statement]
      return together('immediate', items, (item) => {
        for (const one of statements) {
          const { changes } = prepare(one).run(valuesFor(one, item))
          if (changes > 0) return changes
        }
        return 0
      })
    },
    script: (texts) => void transaction.immediate(() => texts.map((text) => database.exec(text))),
    toRow: (row) => row as never as SessionRow,
    trimAlone: trimLock(database),
    checkFile: fileCheck(database),
    close,
  }
}
