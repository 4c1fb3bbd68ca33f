import { patienceOf, within } from '../../database/patience.ts'
import { isSessionDatabase } from '../../database/recognise.ts'
import type { SessionDatabase } from '../../database/session-database.ts'
import type { Settings } from '../settings.ts'
import { checkBacklog } from './checks/backlog.ts'
import { checkClock } from './checks/clock.ts'
import { checkConnection } from './checks/connection.ts'
import { checkCookie } from './checks/cookie.ts'
import { checkKeys } from './checks/keys.ts'
import { checkSettings } from './checks/options.ts'
import { checkSchema } from './checks/schema.ts'
import { checkServer } from './checks/server.ts'
import { checkVersions } from './checks/versions.ts'
import { checkWriting } from './checks/writing.ts'
import type { Examination } from './examination.ts'
import { type Finding, type Found, fault, skipped } from './finding.ts'
import { openExamination } from './open-examination.ts'
import { type Patient, patientOf } from './patient.ts'
import { connectionRemedy, withoutSecrets, wordsOf } from './words.ts'

/** What the doctor depends on besides the settings. */
export interface Surroundings {
  /** The application's clock, epoch milliseconds. */
  readonly now: () => number
  /** The folder of the application. */
  readonly folder: string
  /** Whether the application serves people: `NODE_ENV=production`. */
  readonly isProduction: boolean
}

/** Longer than the slowest count may take, in milliseconds. */
const LONGEST_CHECK_MS = 90_000

type Check = () => Promise<readonly Found[]>

/** Runs all checks. It never rejects because of a check: a check that fails is a finding. */
export async function checkUp(settings: Settings, surroundings: Surroundings): Promise<Finding[]> {
  const patient = patientOf(settings)
  const clean = cleaner(settings)
  const findings = await runAll(
    {
      settings: async () => checkSettings(settings),
      versions: async () => checkVersions(patient, surroundings.folder),
      cookie: async () => checkCookie(settings, surroundings.isProduction),
    },
    clean,
  )
  return [...findings, ...(patient ? await checkDatabase(patient, surroundings, clean) : [])]
}

async function checkDatabase(patient: Patient, surroundings: Surroundings, clean: Clean): Promise<Finding[]> {
  if (isSessionDatabase(patient.database)) return checkOwnStorage(patient, patient.database, surroundings, clean)
  let examination: Examination
  try {
    examination = await openExamination(patient, patienceOf(patient.operationTimeout))
  } catch (error) {
    return unconnected(fault(wordsOf(error), connectionRemedy(error)), clean)
  }
  try {
    const connection = await checkConnection(patient, examination)
    const [first] = connection
    if (first?.level === 'fault') return unconnected(first, clean)
    return [
      ...connection.map((found) => clean({ check: 'connection', ...found })),
      ...(await examineAll(patient, examination, surroundings, clean)),
    ]
  } finally {
    await within(patient.operationTimeout, examination.close()).catch(() => {})
  }
}

async function examineAll(
  patient: Patient,
  examination: Examination,
  { now }: Surroundings,
  clean: Clean,
): Promise<Finding[]> {
  const { sessions } = examination
  const schema = await runAll(
    {
      server: () => checkServer(examination),
      pooler: async () => [await examination.pooler()],
      schema: () => checkSchema(patient, examination),
    },
    clean,
  )
  const isWhole = schema.every(({ check, level }) => check !== 'schema' || level !== 'fault')
  // What a statement over a table that is not whole says is told already.
  const whole = (run: Check): Check => (isWhole ? run : () => run().catch(() => [skipped('needs the table')]))
  const others = await runAll(
    {
      writing: () => checkWriting(examination),
      keys: whole(() => checkKeys(patient, sessions)),
      backlog: whole(() => checkBacklog(patient, sessions, now())),
      clock: () => checkClock(examination, now),
      durability: () => examination.durability(),
    },
    clean,
  )
  return [...schema, ...others]
}

function checkOwnStorage(patient: Patient, sessions: SessionDatabase, { now }: Surroundings, clean: Clean) {
  return runAll(
    {
      connection: async () => {
        await sessions.check()
        return [{ level: 'ok', message: 'the storage of the application answers, and its table exists' }]
      },
      keys: () => checkKeys(patient, sessions),
      backlog: () => checkBacklog(patient, sessions, now()),
    },
    clean,
  )
}

const OF_DATABASE = ['server', 'pooler', 'schema', 'writing', 'keys', 'backlog', 'clock', 'durability']

function unconnected(found: Found, clean: Clean): Finding[] {
  const others = OF_DATABASE.map((check) => ({ check, ...skipped('needs the connection') }))
  return [{ check: 'connection', ...found }, ...others].map(clean)
}

/** Runs checks one after another, so that none disturbs what another measures. */
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
    `could not be checked: ${wordsOf(error)}`,
    'Fix what the message names, and run the doctor again; the other lines may explain it',
  )
}

type Clean = (finding: Finding) => Finding

// Whatever a driver says, and into whichever sentence it got.
function cleaner({ options }: Settings): Clean {
  const clean = withoutSecrets(options)
  return (finding) => ({
    ...finding,
    message: clean(finding.message),
    ...(finding.remedy !== undefined && { remedy: clean(finding.remedy) }),
  })
}
