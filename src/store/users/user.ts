import { UnstorableError } from '../../errors.ts'
import type { UserId } from '../core/core.ts'
import type { OptionChecks } from '../options/option-checks.ts'

/** The most characters that `user_id` holds on every database. */
const LONGEST_USER_ID = 255

/** Describes a user id in messages. */
export const USER_ID = `a string of 1 to ${LONGEST_USER_ID} characters, without NUL and without half of a surrogate pair, or a whole number that is exact`

/** Makes a function of the `user` option that returns the value of the `user_id` column. */
export function userReader(
  user: ((session: Record<string, unknown>) => UserId | null | undefined) | undefined,
): (content: Record<string, unknown>) => string | null {
  if (!user) return () => null
  return (content) => {
    const userId: unknown = user(content) ?? null
    const stored = userId === null ? null : storedUserId(userId)
    if (stored !== undefined) return stored
    throw new UnstorableError('user', `the user option must yield ${USER_ID}, or undefined`)
  }
}

/**
 * The text that the `user_id` column can store and return unchanged; undefined for a value that is no user id. Databases
 * replace every half of a surrogate pair with U+FFFD, and numbers beyond 2^53 round, so that different users would become
 * one.
 */
export function storedUserId(userId: unknown): string | undefined {
  if (typeof userId === 'bigint' || Number.isSafeInteger(userId)) return String(userId)
  if (typeof userId !== 'string' || userId === '' || userId.length > LONGEST_USER_ID) return undefined
  return !userId.includes('\0') && userId.isWellFormed() ? userId : undefined
}

/** The text that is stored of a user id. */
export function checkedUser(user: unknown, checks: OptionChecks): string | undefined {
  const stored = storedUserId(user)
  if (stored === undefined) checks.fault('user', `must be a user id as the user option yields it, ${USER_ID}`)
  return stored
}
