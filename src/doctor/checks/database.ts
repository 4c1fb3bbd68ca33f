import coerce from 'semver/functions/coerce.js'
import lt from 'semver/functions/lt.js'
import type { SessionDatabase } from '../../database/contract/session-database.ts'
import { LARGEST_BACKLOG } from '../../store/trimming/trim-round.ts'
import { within } from '../../time/time-limits.ts'
import { type Found, fault, grouped, ok, skipped, warning } from '../findings/finding.ts'
import type { Inspection } from '../findings/inspection.ts'
import { connectionRemedy, messageOf, shownDatabase } from '../findings/messages.ts'
import type { Subject } from '../findings/subject.ts'
import type { ExpectedTable } from '../findings/tables.ts'

/** The number of statements; the latency is their median. */
const PINGS = 5
/** A slower statement is a warning, because every request waits for one; milliseconds. */
const SLOW_MS = 100

/** Connects, measures the latency of a statement, and checks which other users have access. */
export async function checkConnection(subject: Subject, inspection: Inspection): Promise<Found[]> {
  const found = await checkLatency(subject, inspection)
  return found.level === 'fault' ? [found] : [found, ...(await inspection.exposure())]
}

async function checkLatency(subject: Subject, { ping }: Inspection): Promise<Found> {
  const name = shownDatabase(subject.database)
  try {
    await within(subject.operationTimeout, ping())
    const latency = await middleOf(() => within(subject.operationTimeout, ping()))
    const message = `${name} answers in ${latency.toFixed(1)} ms`
    if (latency < SLOW_MS) return ok(message)
    return warning(message, 'Every request waits this long: move application and database closer together')
  } catch (error) {
    return fault(`${name} cannot be reached: ${messageOf(error)}`, connectionRemedy(error))
  }
}

async function middleOf(work: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < PINGS; count++) {
    const begun = performance.now()
    await work()
    times.push(performance.now() - begun)
  }
  return times.sort((one, other) => one - other)[Math.floor(PINGS / 2)]!
}

/** Whether the tests cover this server. */
export async function checkServer(inspection: Inspection): Promise<Found[]> {
  const { product, version, least } = await inspection.server()
  const message = `${product} ${version}`
  if (isAtLeast(version, least)) return [ok(`${message}, supported since ${least}`)]
  return [
    fault(`${message} is not supported; the oldest supported version is ${least}`, `Use ${product} ${least} or newer`),
  ]
}

/** Whether a version is this one or a later one. An unreadable version counts as supported. */
export function isAtLeast(version: string, least: string): boolean {
  // Only the number counts in `15.18 (Debian …)`, as 15.18.0.
  const [one, other] = [coerce(version), coerce(least)]
  return !one || !other || !lt(one, other)
}

/** Whether sessions can be written, with statements that change nothing. */
export async function checkWriting({ hasHistory }: Subject, inspection: Inspection): Promise<Found[]> {
  const readOnly = await inspection.readOnly()
  if (readOnly) return [fault(readOnly.reason, readOnly.remedy)]
  const { sessions, events } = inspection.expected
  const refusals: Found[] = []
  for (const table of hasHistory ? [sessions, events] : [sessions]) {
    const actual = await inspection.actual(table)
    const isWhole = table.columns.every(({ name }) => actual?.columns.some((column) => column.name === name))
    if (!isWhole) return [...refusals, skipped('needs the table')]
    refusals.push(...(await refusedWrites(table, inspection)))
  }
  if (refusals.length > 0) return refusals
  return [ok('the user of the database may read, insert, update and delete')]
}

async function refusedWrites(table: ExpectedTable, inspection: Inspection): Promise<Found[]> {
  const refused: string[] = []
  const words: string[] = []
  for (const [privilege, statement] of Object.entries(statementsFor(table, inspection))) {
    await inspection.query(statement).catch((error) => {
      refused.push(privilege)
      words.push(messageOf(error))
    })
  }
  if (refused.length === 0) return []
  return [
    fault(
      `${refused.join(', ')} ${refused.length === 1 ? 'is' : 'are'} refused: ${words[0]}`,
      `Give the user of the URL what it needs: GRANT SELECT, INSERT, UPDATE, DELETE ON ${inspection.quoted(table)} TO …`,
    ),
  ]
}

function statementsFor(table: ExpectedTable, { quoted }: Inspection): Record<string, string> {
  const target = quoted(table)
  // Columns are quoted like tables without a schema.
  const names = table.columns.map(({ name }) => quoted({ schema: undefined, name }))
  const none = 'where 1 = 0'
  return {
    SELECT: `select 1 from ${target} ${none}`,
    INSERT: `insert into ${target} (${names.join(', ')}) select ${names.join(', ')} from ${target} ${none}`,
    UPDATE: `update ${target} set ${names.map((name) => `${name} = ${name}`).join(', ')} ${none}`,
    DELETE: `delete from ${target} ${none}`,
  }
}

/** Servers whose clocks differ by this much end sessions early, and trim rows that another server may still read. */
const FAULT_MS = 30_000
const WARNING_MS = 2_000

/** Compares the application's clock, which measures all timeouts, with the clock of the database. */
export async function checkClock(inspection: Inspection, now: () => number): Promise<Found[]> {
  const begun = now()
  const clock = await inspection.clock()
  const ended = now()
  if (clock === undefined)
    return [skipped('the database runs in the process of the application, and has the same clock')]
  // The database's clock was read at some time between the two.
  const difference = Math.max(begun - clock, clock - ended, 0)
  if (difference < WARNING_MS)
    return [ok(`the clocks of application and database differ by less than ${WARNING_MS / 1_000} s`)]
  const ahead = clock < begun ? 'ahead of' : 'behind'
  const message = `the clock of the application is ${(difference / 1_000).toFixed(1)} s ${ahead} that of the database`
  const remedy =
    'Set the clock that is wrong, and keep it right with NTP (timedatectl set-ntp true): timeouts are measured with the clock of the application'
  return [difference < FAULT_MS ? warning(message, remedy) : fault(message, remedy)]
}

/** The number of trimming rounds that may be missed, for example during a restart. */
const ROUNDS = 2
/** The expected time between two trims where the application does not trim, in milliseconds. */
const DAILY_MS = 86_400_000

/** Whether rows that are due for deletion were deleted. */
export async function checkBacklog(
  { trimInterval, batchSize }: Subject,
  sessions: SessionDatabase,
  now: number,
): Promise<Found[]> {
  if (!sessions.countDue) return [skipped('this storage does not count what could be deleted')]
  const overdue = await sessions.countDue(
    now - (trimInterval === undefined ? DAILY_MS : ROUNDS * trimInterval),
    LARGEST_BACKLOG,
  )
  if (overdue <= batchSize) return [ok('trimming keeps up')]
  const isMany = overdue >= LARGEST_BACKLOG
  const message = `${isMany ? 'at least ' : ''}${grouped(overdue)} rows of expired and ended sessions are overdue for deletion`
  const remedy =
    trimInterval === undefined
      ? 'The application has no trim.interval: run npx stored-session trim, for example every hour with cron'
      : 'Run: npx stored-session trim. If they come back, see the events backlog and backgroundError, or make trim.batchSize larger'
  return [isMany ? fault(message, remedy) : warning(message, remedy)]
}
