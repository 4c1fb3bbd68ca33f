import type { Task } from '../core/operation.ts'
import type { DeleteOutcome } from '../core/outcomes.ts'
import { type ReencryptOptions, type ReencryptResult, reencryptSessions } from './reencrypting.ts'
import { type RevokeFilter, type RevokeResult, revokeSessions } from './revoking.ts'

/*
 * What operators ask of the store, and what channels and listeners are told of it.
 */

/** Users and handles stay out of it. */
export const REVOKE: Task<[filter: RevokeFilter], RevokeResult> = {
  work: revokeSessions,
  observed: {
    name: 'delete',
    events: [],
    begin: () => ({}),
    finish: (_observer, result) => ({
      sessions: result?.revoked ?? 0,
      outcome: 'revoked' satisfies DeleteOutcome,
    }),
  },
}

export const REENCRYPT: Task<[options: ReencryptOptions | undefined], ReencryptResult> = {
  work: reencryptSessions,
  observed: {
    name: 'reencrypt',
    events: [],
    begin: () => ({}),
    finish: (_observer, result) => ({
      sessions: result?.reencrypted ?? 0,
      outcome: result?.remaining ? 'partial' : 'complete',
    }),
  },
}
