import assert from 'node:assert/strict'
import Sqlite from 'better-sqlite3'
import { checkSchema } from '../../src/doctor/checks/schema.ts'
import { checkUp, openInspection } from '../../src/doctor/checkup.ts'
import type { Finding, Found } from '../../src/doctor/findings/finding.ts'
import { subjectOf } from '../../src/doctor/findings/subject.ts'
import type { Surroundings } from '../../src/doctor/surroundings.ts'
import { timeLimitsOf } from '../../src/time/time-limits.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { repository } from '../migrating/drizzle-kit.ts'
import { secret } from '../support/stores.ts'

/** What the doctor finds, with options beside database and secret, as in a configuration. */
export async function findingsOf(
  { url }: Pick<TestDatabase, 'url'>,
  options: Record<string, unknown> = {},
  surroundings: Partial<Surroundings> = {},
): Promise<Finding[]> {
  const settings = { source: 'stored-session.config.ts', options: { database: url, secret, ...options } }
  return checkUp(settings, { now: Date.now, folder: repository, isProduction: false, ...surroundings })
}

/** What the doctor finds about the tables, and nothing else. */
export async function schemaFindings({ url }: Pick<TestDatabase, 'url'>): Promise<readonly Found[]> {
  const subject = subjectOf({ source: 'a test', options: { database: url, secret } })!
  const inspection = await openInspection(subject, timeLimitsOf(subject.operationTimeout))
  return checkSchema(subject, inspection).finally(() => inspection.close())
}

/** The findings of one check. */
export const ofCheck = (findings: readonly Finding[], check: string) => findings.filter((one) => one.check === check)

/** The only finding of a check. */
export function theOne(findings: readonly Finding[], check: string): Finding {
  const [first, ...others] = ofCheck(findings, check)
  assert.ok(first && others.length === 0, `${check} has one finding: ${JSON.stringify([first, ...others])}`)
  return first
}

/** The findings that need somebody, but for settings of the test servers, which are made to be fast. */
export function wrongIn(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ check, level }) => level !== 'ok' && level !== 'skipped' && check !== 'durability')
}

/** Runs statements as an operator would who pastes them into a client. */
export async function runSql(database: TestDatabase, statements: readonly string[]): Promise<void> {
  if (database.dialect === 'sqlite') {
    const client = new Sqlite(database.url.slice('sqlite:'.length))
    try {
      client.exec(statements.map((statement) => `${statement};`).join('\n'))
    } finally {
      client.close()
    }
  } else for (const statement of statements) await database.query(statement)
}
