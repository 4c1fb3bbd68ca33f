/** Whose session it is, for the option `user`: the visitors of the tests sign in as a `userId`. */
export const userIdOf = (session: Record<string, unknown>) => session.userId as string | undefined
