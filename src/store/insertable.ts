import { notes } from './notes.ts'

const loaded = notes<true>()

/**
 * Notes that a live session was made for an id that somebody named, and not with an id of its own, though nothing was
 * loaded: what `reload()` makes of a session that is not there any more. It is never inserted.
 */
export const refuseInsert = (session: object): void => loaded.set(session, true)

/** Whether a live session that has no row may get one. */
export const mayInsert = (session: object): boolean => !loaded.has(session)
