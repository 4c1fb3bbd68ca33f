import { UnstorableError } from '../errors.ts'

/** Characters that `user_id` holds on every database. */
const LONGEST_USER_ID = 255

/** Makes of the `user` option a function that yields what the `user_id` column holds. */
export function userReader(
  user: ((session: Record<string, unknown>) => string | undefined) | undefined,
): (content: Record<string, unknown>) => string | null {
  if (!user) return () => null
  return (content) => {
    const userId: unknown = user(content) ?? null
    if (userId === null || isUserId(userId)) return userId
    throw new UnstorableError(
      'user',
      `the user option must yield a string of 1 to ${LONGEST_USER_ID} characters, or undefined`,
    )
  }
}

/** Whether this can be in the `user_id` column. */
export function isUserId(userId: unknown): userId is string {
  return typeof userId === 'string' && userId !== '' && userId.length <= LONGEST_USER_ID && !userId.includes('\0')
}
