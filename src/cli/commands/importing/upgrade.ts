import type { UpgradeResult } from '../../../store/imports/upgrading.ts'
import { given } from '../../../store/options/filter-checks.ts'
import { defineCommand } from '../../frame/command.ts'
import { sessionsOf } from '../../frame/progress.ts'
import { batchSize } from '../../inputs/values.ts'
import { codeOfTaking, leftOut } from './taking-over.ts'

export const upgrade = defineCommand({
  name: 'upgrade',
  summary: 'Hash ids and encrypt content that the table holds in plaintext.',
  usage: '[--dry-run] [--batch-size N]',
  details: `
For rows that were copied into the table by SQL, whose key is a plaintext session id: the key becomes the hash of the id,
and the content is encrypted, in place. Dates and users are kept. Runs while the application serves requests, and can be
stopped and repeated at any time: completed rows are not read again. The exit code is 3 when unexpired rows stay in
plaintext; the reasons are printed.`,
  options: {
    'dry-run': { type: 'boolean', description: 'only count what it would do' },
    'batch-size': { type: 'string', value: 'N', description: 'rows that are read at a time (default: 200)' },
  },
  async run(invocation) {
    const { values, output } = invocation
    const dryRun = values['dry-run'] === true
    const size = given({ batchSize: batchSize(values['batch-size']) })
    const store = await invocation.openStore({ needsKeys: true })
    const { signal } = invocation
    output.message('Reading the rows that are not encrypted.')
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
  const end = complete ? '' : '\nNot all rows were read: repeat the command.'
  return `${done}${leftOut(skipped)}.${dryRun ? ' Nothing was written.' : ''}${end}`
}
