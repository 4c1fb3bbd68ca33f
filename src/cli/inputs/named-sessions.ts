import { given } from '../../store/options/filter-checks.ts'
import { UsageError } from '../frame/errors.ts'
import type { OptionValues } from '../frame/options.ts'
import { moment, sessionHandle, userId } from './values.ts'

/** The options that name the sessions which a command ends or changes. */
export const namingOptions = {
  user: { type: 'string', value: 'ID', isData: true, description: 'the sessions of this user' },
  handle: {
    type: 'string',
    value: 'HANDLE',
    description: 'this one session; with --user only if it belongs to that user',
  },
  before: {
    type: 'string',
    value: 'WHEN',
    description: 'sessions created before this time: a date, or 7d for 7 days ago',
  },
  all: { type: 'boolean', description: 'the sessions of all users' },
} as const

/** The sessions that the options name. At least one option is required, so that nobody ends or changes all by accident. */
export interface NamedSessions {
  user?: string
  handle?: string
  before?: Date
  all?: true
}

/** Reads {@link namingOptions}. */
export function namedSessions(values: OptionValues<typeof namingOptions>): NamedSessions {
  const { all } = values
  const user = userId('user', values.user)
  const handle = sessionHandle('handle', values.handle)
  const before = moment('before', values.before)
  const names = [user, handle, before].filter((value) => value !== undefined).length
  if (names === 0 && !all) {
    throw new UsageError(
      'no sessions are named; pass --user, --handle or --before, or --all for the sessions of all users',
    )
  }
  if (all && names > 0)
    throw new UsageError('--all cannot be combined with --user, --handle or --before; omit --all, or omit those')
  return given({ user, handle, before, ...(all && { all }) }) as NamedSessions
}
