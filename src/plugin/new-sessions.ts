import { notes } from '../store/notes.ts'

const made = notes<true>()

/** Notes that a session was made with an id of its own, and not for one that a cookie named. */
export const noteNew = (session: object): void => made.set(session, true)

/** Whether a session was made with an id of its own: only such a one may be stored though it has no row. */
export const isNew = (session: object): boolean => made.has(session)
