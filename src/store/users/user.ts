import { UnstorableError } from '../../errors.ts'

/** The most characters that `user_id` holds on every database. */
const LONGEST_USER_ID = 255

/** Describes a user id in messages. */
export const USER_ID = `a string of 1 to ${LONGEST_USER_ID} characters, without NUL and without half of a surrogate pair`

/** Makes a function of the `user` option that returns the value of the `user_id` column. */
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
 * Whether the `user_id` column can store and return this value unchanged. Databases replace every half of a surrogate
 * pair with U+FFFD, so that different users would become one.
 */
export function isUserId(userId: unknown): userId is string {
  if (typeof userId !== 'string' || userId === '' || userId.length > LONGEST_USER_ID) return false
  return !userId.includes('\0') && userId.isWellFormed()
}
