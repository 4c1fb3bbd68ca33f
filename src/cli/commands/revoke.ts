import type { RevokeFilter } from '../../store/management/revoking.ts'
import { given } from '../../store/options/filter-checks.ts'
import { defineCommand } from '../frame/command.ts'
import { exitCodes, UsageError } from '../frame/errors.ts'
import type { Invocation } from '../frame/invocation.ts'
import { confirmationOption, type OptionValues } from '../frame/options.ts'
import { printable } from '../frame/output.ts'
import { sessionsOf } from '../frame/progress.ts'
import { namedSessions, namingOptions } from '../inputs/named-sessions.ts'
import { operatorName } from '../inputs/operator.ts'
import { sessionHandle } from '../inputs/values.ts'

const options = {
  ...namingOptions,
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
  const named = namedSessions(values)
  const except = sessionHandle('except', values.except)
  if (named.handle !== undefined && (except !== undefined || named.before !== undefined)) {
    throw new UsageError('--handle names one session, and cannot be combined with --except or --before; omit those')
  }
  return { ...named, ...given({ except }) }
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
