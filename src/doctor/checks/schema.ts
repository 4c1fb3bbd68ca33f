import { faultList } from '../../keys/fault-list.ts'
import { describeDrift, driftsOf } from '../findings/drift.ts'
import { type Found, fault, ok, warning } from '../findings/finding.ts'
import type { Inspection } from '../findings/inspection.ts'
import type { Subject } from '../findings/subject.ts'
import type { ExpectedTable } from '../findings/tables.ts'

const MIGRATE = 'npx stored-session migrate'

/** Compares the tables with the tables of the Drizzle schema. */
export async function checkSchema(subject: Subject, inspection: Inspection): Promise<Found[]> {
  const { sessions, keys, events } = inspection.expected
  const pending = await pendingIn(subject, inspection)
  const isNeeded = subject.keys?.attach !== undefined
  const found = [
    ...(await inspection.storage(sessions)),
    ...(await checkTable(sessions, inspection, pending)),
    ...(await checkOptional({ table: keys, isNeeded, feature: 'envelopeKeys' }, inspection, pending)),
    ...(await checkEventsTable(subject, inspection, pending)),
  ]
  if (found.length > 0) return found
  if (typeof pending === 'number' && pending > 0)
    return [fault(`${pending} of the migrations are not applied`, `Run: ${MIGRATE}`)]
  const hint = (await inspection.actual(events))
    ? ''
    : `; ${inspection.quoted(events)} for the option history is missing`
  return [ok(`${inspection.quoted(sessions)} has all columns and indexes${hint}`)]
}

/**
 * The number of pending migrations. `none`: no migration was ever applied, so a missing table needs the migrations, and
 * an existing one was created by other means. `own`: the table belongs to the application's schema.
 */
type Pending = number | 'none' | 'own'

async function pendingIn({ table }: Subject, { sessions }: Inspection): Promise<Pending> {
  if (typeof table !== 'string') return 'own'
  const migrations = (await sessions.migrations?.()) ?? []
  const pending = migrations.filter(({ isApplied }) => !isApplied).length
  return pending === migrations.length ? 'none' : pending
}

async function checkTable(table: ExpectedTable, inspection: Inspection, pending: Pending): Promise<Found[]> {
  const name = inspection.quoted(table)
  const actual = await inspection.actual(table)
  if (!actual) return [missing(name, inspection.creation(table), pending)]
  const drifts = driftsOf(table, actual, inspection.isType)
  if (drifts.length === 0) return []
  const differences = drifts.map(describeDrift)
  // The repair must not run before the pending migrations, which may do the same.
  if (typeof pending === 'number' && pending > 0) {
    const message = faultList(name, [...differences, `${pending} of the migrations are not applied`])
    return [fault(message, `Run: ${MIGRATE}, and this again`)]
  }
  const message = faultList(name, differences)
  const sql = inspection.repair(table, actual, drifts)
  const lost = table === inspection.expected.events ? LOST_EVENTS : LOST_SESSIONS
  return [fault(message, remedyFor(sql, pending, lost), sql)]
}

function missing(name: string, sql: readonly string[], pending: Pending): Found {
  const message = `the table ${name} is missing`
  if (pending === 'own')
    return fault(message, 'Migrate your Drizzle schema, which has it, or run these statements', sql)
  if (pending === 'none' || pending > 0) return fault(message, `Run: ${MIGRATE}`)
  return fault(`${message}, although the migrations were applied`, 'Run these statements', sql)
}

const LOST_SESSIONS =
  '. They delete all sessions, which cannot be used without the missing columns: all users sign in again'
const LOST_EVENTS = '. They delete all events, which cannot be read without the missing columns'

function remedyFor(sql: readonly string[], pending: Pending, lost: string): string {
  const own = pending === 'own' ? ', or migrate your Drizzle schema if it has them' : ''
  const isLosing = sql.some((statement) => statement.startsWith('DELETE'))
  return `Run these statements${own}${isLosing ? lost : ''}`
}

interface OptionalTable {
  readonly table: ExpectedTable
  readonly isNeeded: boolean
  /** The feature that needs the table, for the message. */
  readonly feature: string
}

// The migrations always create these tables, whether a feature needs them or not.
async function checkOptional(
  { table, isNeeded, feature }: OptionalTable,
  inspection: Inspection,
  pending: Pending,
): Promise<Found[]> {
  if (!isNeeded && pending === 'own') return []
  const found = await checkTable(table, inspection, pending)
  // One command creates all tables, so one finding is enough.
  if (found.every(({ sql }) => sql === undefined) && pending !== 'own') return isNeeded ? found : []
  if (isNeeded) return found
  return found.map(({ message, remedy = '', sql }) => warning(`${message}; only ${feature} needs it`, remedy, sql))
}

// An application may do without the table, so without the option a missing one is no problem.
async function checkEventsTable(subject: Subject, inspection: Inspection, pending: Pending): Promise<Found[]> {
  const { events } = inspection.expected
  if (!subject.hasHistory && !(await inspection.actual(events))) return []
  return checkOptional(
    { table: events, isNeeded: subject.hasHistory, feature: 'the option history' },
    inspection,
    pending,
  )
}
