import { countSource, openSource } from '../../../importing/sources.ts'
import type { ImportResult } from '../../../store/imports/importing.ts'
import { defineCommand } from '../../frame/command.ts'
import { grouped, sessionsOf } from '../../frame/progress.ts'
import { sourceOf, sourceOptions } from '../../inputs/import-source.ts'
import { codeOfTaking, leftOut } from './taking-over.ts'

// `import` is a reserved word.
export const importCommand = defineCommand({
  name: 'import',
  summary: 'Import sessions from another store, so that users stay signed in.',
  usage: '--from STORE [--source URL | --source-env NAME] [--table NAME] [--prefix TEXT] [--dry-run]',
  details: `
Without a source, it reads the table of that store in the database of the sessions; json reads stdin. The other store is
only read. Each session is imported once, and existing sessions are not changed, so the command can be stopped and
repeated at any time. The exit code is 3 when it left out sessions that had not expired; the reasons are printed.`,
  options: {
    ...sourceOptions,
    'dry-run': { type: 'boolean', description: 'only count what would be imported' },
  },
  async run(invocation) {
    const { values, output } = invocation
    const dryRun = values['dry-run'] === true
    const { name, place, origin } = await sourceOf(values, invocation.settings)
    const source = openSource(name, place)
    const { options, source: settings } = await invocation.settings()
    const store = await invocation.openStore({ needsKeys: true })
    const { signal } = invocation
    output.message(`Reading sessions of ${name} from ${origin}.`)
    if (!options.user)
      output.message(`${capitalised(settings)} has no option "user": their users are known only after their next save.`)
    const total = await countSource(name, place)
    const progress = invocation.progress({ verb: 'read', total })
    const onProgress = ({ read }: { read: number }) => progress.update(read)
    const result = await store.import(source, { dryRun, signal, onProgress })
    progress.end()
    output.print({ ...result, dryRun }, `${result.imported}`)
    output.message(summaryOf(result, dryRun))
    return codeOfTaking(result)
  },
})

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function summaryOf({ read, imported, skipped, complete }: ImportResult, dryRun: boolean): string {
  const done = `${sessionsOf(imported)} of ${grouped(read)} ${dryRun ? 'would be imported' : 'imported'}`
  const end = complete ? '' : '\nNot all were read: repeat the command.'
  return `${done}${leftOut(skipped)}.${dryRun ? ' Nothing was written.' : ''}${end}`
}
