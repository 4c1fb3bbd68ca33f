/** Outside of `cookie.path` the host leaves an empty object, and none after `destroy()`. */
export function isSession(session: unknown): boolean {
  return typeof session === 'object' && session !== null && 'sessionId' in session
}

/** A session that was given a `__proto__`: it has the host's symbols still, and has lost its methods. */
export function isDisguised(session: unknown): boolean {
  if (typeof session !== 'object' || session === null) return false
  const isHost = typeof Object.getPrototypeOf(session)?.isModified === 'function'
  return !isHost && Object.getOwnPropertySymbols(session).length > 0
}
