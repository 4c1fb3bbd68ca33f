import type { EndReason } from '../../database/contract/session-database.ts'

/** A session was found, or why there is none. */
export type ReadOutcome = 'found' | EndReason

/** `'gone'` when the session had ended meanwhile, and nothing was written; `'rotated'` when it got another id. */
export type WriteOutcome = 'created' | 'updated' | 'rotated' | 'unchanged' | 'gone'

/** `'absent'` when there was no such session to end. */
export type DeleteOutcome = 'destroyed' | 'absent' | 'revoked'
