import type { UpgradeResult } from '../../store/upgrading.ts'
import { given } from '../filter-options.ts'
import { defineCommand } from '../frame/command.ts'
import { sessionsOf } from '../frame/quantities.ts'
import { codeOfTaking, leftOut } from '../taking-over.ts'
import { batchSize } from '../values.ts'

export const upgrade = defineCommand({
  name: 'upgrade',
  summary: 'Hash ids and seal content that lie in the table in clear.',
  usage: '[--dry-run] [--batch-size N]',
  details: `
For rows that were copied into the table by SQL, whose key is a session id in clear: they get its hash for their key, and
their content is sealed, in place. Dates and users stay. Goes on beside the traffic, and can be stopped and repeated at any
time: what is done is not looked at again. Ends with 3 when rows stay in clear that are not over, and says why.`,
  options: {
    'dry-run': { type: 'boolean', description: 'only count what it would do' },
    'batch-size': { type: 'string', value: 'N', description: 'rows that are read at a time; 200 without it' },
  },
  async run(invocation) {
    const { values, output } = invocation
    const dryRun = values['dry-run'] === true
    const size = given({ batchSize: batchSize(values['batch-size']) })
    const store = await invocation.openStore({ needsKeys: true })
    const { signal } = invocation
    output.message('Looking at the rows that no key has sealed.')
    const { none = 0 } = await store.countByKey()
    const progress = invocation.progress({ verb: 'looked at', total: none })
    const onProgress = ({ read }: { read: number }) => progress.update(read)
    const result = await store.upgrade({ ...size, dryRun, signal, onProgress })
    progress.end()
    output.print({ ...result, dryRun }, `${result.hashed + result.sealed}`)
    output.message(summaryOf(result, dryRun))
    return codeOfTaking(result)
  },
})

function summaryOf({ hashed, sealed, skipped, complete }: UpgradeResult, dryRun: boolean): string {
  const verb = dryRun ? 'would be' : 'were'
  const done = `${sessionsOf(hashed)} ${verb} hashed and sealed, ${sessionsOf(sealed)} ${verb} sealed`
  const end = complete ? '' : '\nNot all were looked at: repeat the command.'
  return `${done}${leftOut(skipped)}.${dryRun ? ' Nothing was written.' : ''}${end}`
}
