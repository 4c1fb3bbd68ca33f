import { faultOf } from '../../instruments/operation.ts'
import type { SessionEventEmitter } from '../../store/core/events.ts'
import { type EventListeners, listenTo } from '../frame/listening.ts'
import { counted } from '../frame/words.ts'
import type { LiveEntry } from './entry.ts'

/** What an event says; the feed adds its id and its time. */
export type Happening = Omit<LiveEntry, 'id' | 'at'>

/**
 * Tells what happens in this process. Errors are told by their codes, because messages may quote addresses.
 *
 * @param withSessions - whether to tell of single sessions too, which a history has of all processes
 */
export function listenToHappenings(
  events: SessionEventEmitter,
  tell: (happening: Happening) => void,
  { withSessions }: { readonly withSessions: boolean },
): () => void {
  return listenTo(events, { ...workListeners(tell), ...(withSessions && sessionListeners(tell)) })
}

type Tell = (happening: Happening) => void

const OPERATIONS = {
  read: 'a session could not be read',
  write: 'a session could not be saved',
  touch: 'a last use could not be renewed',
  delete: 'a session could not be ended',
}

const DATABASE_FAULT = 'Request answered with 503'

function workListeners(tell: Tell): EventListeners {
  return {
    fault: ({ operation, error }) =>
      tell({ what: DATABASE_FAULT, grade: 'bad', detail: `${OPERATIONS[operation]}: ${faultOf(error).message}` }),
    backgroundError: ({ work, error }) =>
      tell({ what: 'Background work failed', grade: 'bad', detail: `${work}: ${faultOf(error).message}` }),
    historyDropped: ({ events }) =>
      tell({ what: 'Events of the history were lost', grade: 'bad', detail: counted(events, 'event') }),
    trimmed: ({ trimmed, complete }) => {
      if (trimmed === 0) return
      const rest = complete ? 'nothing left' : 'some left'
      tell({ what: 'Old rows were deleted', detail: `${counted(trimmed, 'row')}, ${rest}` })
    },
    backlog: ({ backlog, rounds }) =>
      tell({
        what: 'Trimming does not keep up',
        grade: 'warn',
        detail: `${counted(backlog, 'row')} left after ${rounds} rounds`,
      }),
    // The names of the keys may reveal content.
    conflict: ({ sid, keys }) =>
      tell({ what: 'Two requests changed the same keys', handle: sid, detail: `${keys.length}; the later one stands` }),
    gone: ({ sid }) => tell({ what: 'Changes of an ended session were dropped', handle: sid }),
    unencrypted: ({ sid }) => tell({ what: 'An unencrypted session was read', grade: 'warn', handle: sid }),
    keyAge: ({ days }) => tell({ what: 'The current key is old', grade: 'warn', detail: counted(days, 'day') }),
    misdatedKey: () => tell({ what: 'The date of a key was changed, so it does not seal', grade: 'bad' }),
    slowKeyService: ({ call, ms }) =>
      tell({ what: 'The key service answers slowly', grade: 'warn', detail: `${call}: over ${ms} ms` }),
    metadataFailure: ({ what, error }) =>
      tell({ what: 'Metadata of a request is missing', grade: 'warn', detail: `${what}: ${faultOf(error).message}` }),
    databaseWarning: ({ message }) => tell({ what: 'Warning about the database', grade: 'warn', detail: message }),
  }
}

function sessionListeners(tell: Tell): EventListeners {
  return {
    created: ({ sid }) => tell({ what: 'Session began', handle: sid }),
    regenerated: ({ sid }) => tell({ what: 'Replaced another session', handle: sid }),
    expired: ({ sid, reason }) =>
      tell({ what: 'Expired', handle: sid, detail: reason === 'idle' ? 'not used' : 'too old' }),
    revoked: ({ sessions }) => tell({ what: 'Ended by an operator', detail: counted(sessions, 'session') }),
    evicted: ({ sid }) => tell({ what: 'Ended for a newer session', handle: sid }),
    delete: ({ sid, outcome }) => {
      if (outcome === 'destroyed') tell({ what: 'Signed out', handle: sid })
    },
    unreadable: ({ sid }) => tell({ what: 'Could not be decrypted', grade: 'bad', handle: sid }),
    revealed: ({ sid, actor }) => tell({ what: 'Content looked at', handle: sid, detail: `by ${actor}` }),
  }
}
