import { given } from '../../../store/options/filter-checks.ts'
import type { ContentChange } from '../../../store/updating/update-all-options.ts'
import { defineCommand } from '../../frame/command.ts'
import { exitCodes, UsageError } from '../../frame/errors.ts'
import { confirmationOption, type OptionValues } from '../../frame/options.ts'
import { sessionsOf } from '../../frame/progress.ts'
import { assignments } from '../../inputs/assignments.ts'
import { namedSessions, namingOptions } from '../../inputs/named-sessions.ts'
import { operatorName } from '../../inputs/operator.ts'
import { batchSize, wholeNumber } from '../../inputs/values.ts'

const HIGHEST_RATE = 1_000_000

const options = {
  ...namingOptions,
  set: {
    type: 'string',
    value: 'KEY=VALUE',
    multiple: true,
    isData: true,
    description: 'set a key: JSON, such as n=5 or tags=["a"]; other text is a string, such as role=editor',
  },
  unset: { type: 'string', value: 'KEY', multiple: true, isData: true, description: 'delete a key' },
  rate: { type: 'string', value: 'N', description: 'sessions per second at most (default: no limit)' },
  'batch-size': { type: 'string', value: 'N', description: 'sessions that are read at a time (default: 200)' },
  'dry-run': { type: 'boolean', description: 'only count how many it would change' },
  ...confirmationOption,
} as const

type Values = OptionValues<typeof options>

export const update = defineCommand({
  name: 'update',
  summary: 'Change keys in stored sessions, on every device.',
  usage: '--user ID | --handle HANDLE | --before WHEN | --all  [--set KEY=VALUE] [--unset KEY] [--dry-run] [--yes]',
  details: `
Runs while the application serves requests: no change of a request is lost, no ended session comes back, and no session
lives longer. --before and --all ask for confirmation. It can be stopped and repeated; the exit code is 4 when sessions
remain. All users of this machine can read the arguments of a command, so set no secrets.`,
  options,
  async run(invocation) {
    const { values, output, signal } = invocation
    const filter = namedSessions(values)
    const change = changeOf(values)
    const dryRun = values['dry-run'] ?? false
    const limits = given({
      rate: wholeNumber('rate', values.rate, HIGHEST_RATE),
      batchSize: batchSize(values['batch-size']),
    })
    if (!dryRun && !filter.user && !filter.handle) await invocation.confirm('Change the sessions of all users?')
    const store = await invocation.openStore({ needsKeys: true, records: !dryRun })
    const progress = invocation.progress({ verb: 'changed' })
    const result = await store
      .updateAll(filter, change, {
        ...limits,
        ...given({ actor: operatorName() }),
        dryRun,
        signal,
        onProgress: ({ updated }) => progress.update(updated),
      })
      .finally(() => progress.end())
    const { updated, unchanged, unreadable, remaining } = result
    output.print({ ...result, dryRun }, `${updated}`)
    const others = `; ${sessionsOf(unchanged)} had these values already`
    const closed = unreadable > 0 ? `; ${sessionsOf(unreadable)} could not be decrypted` : ''
    const left = remaining > 0 ? `; ${sessionsOf(remaining)} remain: repeat the command` : ''
    output.message(`${sessionsOf(updated)} ${dryRun ? 'would change' : 'changed'}${others}${closed}${left}.`)
    if (remaining > 0) return exitCodes.stoppedEarly
    return unreadable > 0 ? exitCodes.checkFailed : exitCodes.ok
  },
})

function changeOf({ set = [], unset = [] }: Values): ContentChange {
  const values = assignments(set)
  if (values.size + unset.length === 0) throw new UsageError('nothing to change; pass --set KEY=VALUE or --unset KEY')
  const twice = unset.find((key) => values.has(key))
  if (twice !== undefined) throw new UsageError('one key is in --set and in --unset; remove it from one of them')
  return (session) => {
    for (const key of unset) delete session[key]
    for (const [key, value] of values) session[key] = value
  }
}
