import type { SessionFilter } from '../../store/management/session-filter.ts'
import { given } from '../../store/options/filter-checks.ts'
import { UsageError } from '../frame/errors.ts'
import type { CommandOptions, OptionValues } from '../frame/options.ts'
import { moment, userId } from './values.ts'

/** The options by which `list` and `count` select sessions. */
export const filterOptions = {
  user: { type: 'string', value: 'ID', isData: true, description: 'of this user, exactly this id' },
  state: {
    type: 'string',
    value: 'STATE',
    description: 'live, ended (signed out or revoked) or expired (past a timeout)',
  },
  'created-after': {
    type: 'string',
    value: 'WHEN',
    description: 'created at this time or later: a date, or 7d for 7 days ago',
  },
  'created-before': { type: 'string', value: 'WHEN', description: 'created before then' },
  'touched-after': { type: 'string', value: 'WHEN', description: 'last used at this time or later' },
  'touched-before': { type: 'string', value: 'WHEN', description: 'last used before this time' },
} as const satisfies CommandOptions

/** The same for the line of usage. */
export const filterUsage = '[--user ID] [--state STATE] [--created-after WHEN] …'

/** The filter from the options. */
export function filterOf(values: OptionValues<typeof filterOptions>): SessionFilter {
  const { user, state } = values
  if (state !== undefined && !['live', 'ended', 'expired'].includes(state)) {
    throw new UsageError('--state must be live, ended or expired')
  }
  if (user !== undefined && state === 'ended') {
    throw new UsageError(
      '--user cannot be combined with --state ended, because ended sessions do not keep their user; omit one of the two',
    )
  }
  return given({
    user: userId('user', user),
    state: state as SessionFilter['state'],
    createdAfter: moment('created-after', values['created-after']),
    createdBefore: moment('created-before', values['created-before']),
    touchedAfter: moment('touched-after', values['touched-after']),
    touchedBefore: moment('touched-before', values['touched-before']),
  })
}
