import type { SessionDatabase } from '../database/contract/session-database.ts'
import { namedTable } from '../database/open.ts'
import { type Dialect, type DrizzleDatabase, isSessionDatabase } from '../database/recognise.ts'
import { type TimeLimits, timeLimitsOf, within } from '../time/time-limits.ts'
import { checkCookie } from './checks/cookie.ts'
import { checkBacklog, checkClock, checkConnection, checkServer, checkWriting } from './checks/database.ts'
import { checkKeys } from './checks/keys.ts'
import { checkSettings, checkUrl } from './checks/options.ts'
import { checkSchema } from './checks/schema.ts'
import { checkStoring } from './checks/storing.ts'
import { checkVersions } from './checks/versions.ts'
import { type Finding, type Found, fault, skipped } from './findings/finding.ts'
import type { Inspection } from './findings/inspection.ts'
import { connectionRemedy, messageOf, withoutSecrets } from './findings/messages.ts'
import type { Settings } from './findings/settings.ts'
import { type Subject, subjectOf } from './findings/subject.ts'
import type { Surroundings } from './surroundings.ts'

/** Longer than the slowest count may take, in milliseconds. */
const LONGEST_CHECK_MS = 90_000

type Check = () => Promise<readonly Found[]>

/** Runs all checks. It never rejects because of a check: a failed check is a finding. */
export async function checkUp(settings: Settings, surroundings: Surroundings): Promise<Finding[]> {
  const subject = subjectOf(settings)
  const clean = cleaner(settings)
  const findings = await runAll(
    {
      settings: async () => checkSettings(settings),
      url: async () => checkUrl(settings),
      versions: async () => checkVersions(subject, surroundings.folder),
      cookie: async () => checkCookie(settings, surroundings.isProduction),
    },
    clean,
  )
  return [...findings, ...(subject ? await checkDatabase(subject, surroundings, clean) : [])]
}

type Open = (subject: Subject, database: string | DrizzleDatabase, timeLimits: TimeLimits) => Promise<Inspection>

const OPEN: Record<Dialect, Open> = {
  async pg({ table }, database, timeLimits) {
    const { inspectPg } = await import('./pg/inspection.ts')
    const { pgSessionsTable } = await import('../database/pg/database.ts')
    return inspectPg(database, pgSessionsTable(table), timeLimits)
  },
  async mysql({ table }, database, timeLimits) {
    const { inspectMysql } = await import('./mysql/inspection.ts')
    const { storedSessionsTable } = await import('../schema/mysql.ts')
    return inspectMysql(database, ...namedTable(table, storedSessionsTable), timeLimits)
  },
  async sqlite({ table }, database) {
    const { inspectSqlite } = await import('./sqlite/inspection.ts')
    const { storedSessionsTable } = await import('../schema/sqlite.ts')
    return inspectSqlite(database, ...namedTable(table, storedSessionsTable))
  },
}

/** Opens a database for inspection. A database that the application passed is used as it is, and not closed. */
export function openInspection(subject: Subject, timeLimits: TimeLimits): Promise<Inspection> {
  return OPEN[subject.dialect](subject, subject.database as string | DrizzleDatabase, timeLimits)
}

async function checkDatabase(subject: Subject, surroundings: Surroundings, clean: Clean): Promise<Finding[]> {
  if (isSessionDatabase(subject.database)) return checkOwnStorage(subject, subject.database, surroundings, clean)
  let inspection: Inspection
  try {
    inspection = await openInspection(subject, timeLimitsOf(subject.operationTimeout))
  } catch (error) {
    return unconnected(fault(messageOf(error), connectionRemedy(error)), clean)
  }
  try {
    const connection = await checkConnection(subject, inspection)
    const [first] = connection
    if (first?.level === 'fault') return unconnected(first, clean)
    return [
      ...connection.map((found) => clean({ check: 'connection', ...found })),
      ...(await inspectAll(subject, inspection, surroundings, clean)),
    ]
  } finally {
    await within(subject.operationTimeout, inspection.close()).catch(() => {})
  }
}

async function inspectAll(
  subject: Subject,
  inspection: Inspection,
  { now }: Surroundings,
  clean: Clean,
): Promise<Finding[]> {
  const { sessions } = inspection
  const schema = await runAll(
    {
      server: () => checkServer(inspection),
      pooler: async () => [await inspection.pooler(), ...(await inspection.staleReads())],
      schema: () => checkSchema(subject, inspection),
    },
    clean,
  )
  const isWhole = schema.every(({ check, level }) => check !== 'schema' || level !== 'fault')
  // The schema check has already reported the problems that make these statements fail.
  const whole = (run: Check): Check => (isWhole ? run : () => run().catch(() => [skipped('needs the table')]))
  const writing = await runAll({ writing: () => checkWriting(subject, inspection) }, clean)
  const isWritable = writing.every(({ level }) => level === 'ok')
  const others = await runAll(
    {
      storing: async () =>
        isWhole && isWritable ? checkStoring(subject, sessions) : [skipped('needs the table, and write access')],
      keys: whole(() => checkKeys(subject, sessions)),
      backlog: whole(() => checkBacklog(subject, sessions, now())),
      clock: () => checkClock(inspection, now),
      durability: () => inspection.durability(),
    },
    clean,
  )
  return [...schema, ...writing, ...others]
}

function checkOwnStorage(subject: Subject, sessions: SessionDatabase, { now }: Surroundings, clean: Clean) {
  return runAll(
    {
      connection: async () => {
        await sessions.check()
        return [{ level: 'ok', message: 'the storage of the application answers, and its table exists' }]
      },
      keys: () => checkKeys(subject, sessions),
      backlog: () => checkBacklog(subject, sessions, now()),
    },
    clean,
  )
}

const OF_DATABASE = ['server', 'pooler', 'schema', 'writing', 'storing', 'keys', 'backlog', 'clock', 'durability']

function unconnected(found: Found, clean: Clean): Finding[] {
  const others = OF_DATABASE.map((check) => ({ check, ...skipped('needs the connection') }))
  return [{ check: 'connection', ...found }, ...others].map(clean)
}

/** Runs checks one after another, so that no check disturbs the measurements of another. */
async function runAll(checks: Readonly<Record<string, Check>>, clean: Clean): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [check, run] of Object.entries(checks)) {
    const found = await within(LONGEST_CHECK_MS, run()).catch((error) => [failed(error)])
    findings.push(...found.map((one) => clean({ check, ...one })))
  }
  return findings
}

function failed(error: unknown): Found {
  return fault(
    `could not be checked: ${messageOf(error)}`,
    'Fix what the message names, and run the doctor again; the other lines may explain it',
  )
}

type Clean = (finding: Finding) => Finding

// Driver errors may contain a secret, in any part of a finding.
function cleaner({ options }: Settings): Clean {
  const clean = withoutSecrets(options)
  return (finding) => ({
    ...finding,
    message: clean(finding.message),
    ...(finding.remedy !== undefined && { remedy: clean(finding.remedy) }),
  })
}
