import { given } from '../../../store/options/filter-checks.ts'
import { defineCommand } from '../../frame/command.ts'
import { exitCodes, UsageError } from '../../frame/errors.ts'
import { confirmationOption } from '../../frame/options.ts'
import { printable } from '../../frame/output.ts'
import { grouped, sessionsOf } from '../../frame/progress.ts'
import { operatorName } from '../../inputs/operator.ts'
import { userId } from '../../inputs/values.ts'

export const forget = defineCommand({
  name: 'forget',
  summary: 'End the sessions of a user, and erase the user from sessions and history.',
  usage: '--user ID [--dry-run] [--yes]',
  details: `
For article 17 of the GDPR. The kinds and times of the events stay, without the user and any details. Needs the keys that
sealed the events, to find what came before each sign-in.`,
  options: {
    user: { type: 'string', value: 'ID', isData: true, description: 'the user, exactly this id' },
    'dry-run': { type: 'boolean', description: 'only count what it would erase' },
    ...confirmationOption,
  },
  async run(invocation) {
    const { values, output } = invocation
    const user = userId('user', values.user)
    if (user === undefined) throw new UsageError('no user is named; pass --user')
    const dryRun = values['dry-run'] ?? false
    if (!dryRun)
      await invocation.confirm(`End all sessions of the user ${printable(user)}, and erase the user permanently?`)
    const store = await invocation.openStore({ needsKeys: true, history: 'if-present' })
    const result = await store.forget({ user, dryRun, ...given({ actor: operatorName() }) })
    output.print({ ...result, dryRun }, `${result.sessions} ${result.events}`)
    const events = `${grouped(result.events)} ${result.events === 1 ? 'event' : 'events'}`
    output.message(
      dryRun
        ? `${sessionsOf(result.sessions)} would end, and ${events} would be erased. Nothing was done.`
        : `${sessionsOf(result.sessions)} ended, and ${events} erased.`,
    )
    return exitCodes.ok
  },
})
