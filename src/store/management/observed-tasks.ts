import type { DeleteOutcome } from '../core/events.ts'
import type { Task } from '../core/operation.ts'
import { type ReencryptOptions, type ReencryptResult, reencryptSessions } from './reencrypting.ts'
import { type RevokeFilter, type RevokeResult, revokeSessions } from './revoking.ts'

/** Ends sessions. Channels and listeners receive no user and no handle. */
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

/** Seals rows with the current key. */
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
