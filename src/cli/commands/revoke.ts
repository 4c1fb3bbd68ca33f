import type { RevokeFilter } from '../../store/management/revoking.ts'
import { given } from '../../store/options/filter-checks.ts'
import { defineCommand } from '../frame/command.ts'
import { exitCodes, UsageError } from '../frame/errors.ts'
import type { Invocation } from '../frame/invocation.ts'
import { confirmationOption, type OptionValues } from '../frame/options.ts'
import { printable } from '../frame/output.ts'
import { sessionsOf } from '../frame/progress.ts'
import { operatorName } from '../inputs/operator.ts'
import { moment, sessionHandle, userId } from '../inputs/values.ts'

const options = {
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
  except: { type: 'string', value: 'HANDLE', description: 'except this session' },
  'dry-run': { type: 'boolean', description: 'only count how many it would end' },
  ...confirmationOption,
} as const

type Values = OptionValues<typeof options>

export const revoke = defineCommand({
  name: 'revoke',
  summary: 'End sessions permanently: their users sign in again.',
  usage: '--user ID | --handle HANDLE | --before WHEN | --all  [--except HANDLE] [--dry-run] [--yes]',
  details: `
When it ends, all matching sessions that were stored when it began have ended, whatever requests do at the same time.
--before and --all work in batches; after an interruption or an error, repeat it. No key, cookie or other table is changed.`,
  options,
  async run(invocation) {
    const { values, output } = invocation
    const filter = filterOf(values)
    if (values['dry-run']) {
      const { revoked } = await (await invocation.openStore()).revoke({ ...filter, dryRun: true })
      output.print({ revoked, dryRun: true, complete: true }, `${revoked}`)
      output.message(`${sessionsOf(revoked)} would end. Nothing was done.`)
      return exitCodes.ok
    }
    await invocation.confirm(`End ${aimOf(values)} permanently?`)
    const { revoked, complete } = await revokeInBatches(invocation, filter)
    output.print({ revoked, dryRun: false, complete }, `${revoked}`)
    output.message(`${sessionsOf(revoked)} ended.${complete ? '' : ' There are more: repeat the command.'}`)
    return complete ? exitCodes.ok : exitCodes.stoppedEarly
  },
})

async function revokeInBatches(invocation: Invocation<Values>, filter: RevokeFilter) {
  const store = await invocation.openStore({ records: true })
  const { signal } = invocation
  invocation.output.message(`Ending ${aimOf(invocation.values)} …`)
  const progress = invocation.progress({ verb: 'ended' })
  let ended = 0
  const onProgress = (revoked: number) => {
    ended = revoked
    progress.update(revoked)
  }
  try {
    const { revoked } = await store.revoke({ ...filter, ...given({ actor: operatorName() }), signal, onProgress })
    return { revoked, complete: true }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error
    return { revoked: ended, complete: false }
  } finally {
    progress.end()
  }
}

function filterOf(values: Values): RevokeFilter {
  const { all } = values
  const user = userId('user', values.user)
  const handle = sessionHandle('handle', values.handle)
  const except = sessionHandle('except', values.except)
  const before = moment('before', values.before)
  const names = [user, handle, before].filter((value) => value !== undefined).length
  if (names === 0 && !all) {
    throw new UsageError(
      'no sessions are named; pass --user, --handle or --before, or --all for the sessions of all users',
    )
  }
  if (all && names > 0)
    throw new UsageError('--all cannot be combined with --user, --handle or --before; omit --all, or omit those')
  if (handle !== undefined && (except !== undefined || before !== undefined)) {
    throw new UsageError('--handle names one session, and cannot be combined with --except or --before; omit those')
  }
  return given({ user, handle, before, except, ...(all && { all }) }) as RevokeFilter
}

function aimOf({ user, handle, before, except }: Values): string {
  const which = handle ? 'this session' : user === undefined && !before ? 'the sessions of all users' : 'all sessions'
  return [
    which,
    user !== undefined && `of the user ${printable(user)}`,
    before && `from before ${before}`,
    except && 'but one',
  ]
    .filter(Boolean)
    .join(' ')
}
