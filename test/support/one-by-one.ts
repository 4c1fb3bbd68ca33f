import type { SessionDatabase } from '../../src/database/contract/session-database.ts'

/**
 * A database without the statements that change many rows, so that each change is a statement of its own: what a test
 * holds up, counts or lets fail is `update` then, and `reseal`.
 */
export function oneByOne(database: SessionDatabase): SessionDatabase {
  const { updateMany, resealMany, ...rest } = database
  return rest
}
