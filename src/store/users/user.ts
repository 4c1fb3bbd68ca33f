import { UnstorableError } from '../../errors.ts'

/** Characters that `user_id` holds on every database. */
const LONGEST_USER_ID = 255

/** What a user id is, for messages. */
export const USER_ID = `a string of 1 to ${LONGEST_USER_ID} characters, without NUL and without half of a surrogate pair`

/** Makes of the `user` option a function that yields what the `user_id` column holds. */
export function userReader(
  user: ((session: Record<string, unknown>) => string | undefined) | undefined,
): (content: Record<string, unknown>) => string | null {
  if (!user) return () => null
  return (content) => {
    const userId: unknown = user(content) ?? null
    if (userId === null || isUserId(userId)) return userId
    throw new UnstorableError('user', `the user option must yield ${USER_ID}, or undefined`)
  }
}

/**
 * Whether this can be in the `user_id` column, and comes back from there as it is: databases make U+FFFD of every half of
 * a surrogate pair, so that different users would become one.
 */
export function isUserId(userId: unknown): userId is string {
  if (typeof userId !== 'string' || userId === '' || userId.length > LONGEST_USER_ID) return false
  return !userId.includes('\0') && userId.isWellFormed()
}
