import type { SessionDatabase } from '../../../database/session-database.ts'
import { LARGEST_BACKLOG } from '../../../store/trim-round.ts'
import { grouped } from '../../quantities.ts'
import { type Found, fault, ok, skipped, warning } from '../finding.ts'
import type { Patient } from '../patient.ts'

/** Rounds that may have been missed, as when an application restarts. */
const ROUNDS = 2
/** Where the application does not trim, once in so many milliseconds is expected. */
const DAILY_MS = 86_400_000

/** Whether rows that could be deleted are. */
export async function checkBacklog(
  { trimInterval, batchSize }: Patient,
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
