import type { SessionDatabase } from '../../database/contract/session-database.ts'
import { InvalidOptionsError } from '../../errors.ts'

/**
 * Checks that the storage can keep events, and that their table exists.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` for a storage without `history`, and `FST_STORED_SESSION_MISSING_TABLE`
 */
export async function checkEventsTable({ history }: SessionDatabase): Promise<void> {
  if (history) return history.check()
  throw new InvalidOptionsError(
    'history cannot be on with a storage that has no "history"; implement "history" of the type SessionDatabase, or set history to false',
  )
}
