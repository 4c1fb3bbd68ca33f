import type { EventKind } from '../../../database/contract/session-database.ts'
import type { HistoryEvent, HistoryOptions, HistoryPage } from '../../../store/audit/event-listing.ts'
import { given } from '../../../store/options/filter-checks.ts'
import { defineCommand } from '../../frame/command.ts'
import { exitCodes, UsageError } from '../../frame/errors.ts'
import type { OptionValues } from '../../frame/options.ts'
import { inColumns, type Output, printable, shortTime } from '../../frame/output.ts'
import { moment, sessionHandle, userId } from '../../inputs/values.ts'
import { csvHeadings, csvLine } from './csv.ts'

const PAGE = 500

const options = {
  user: { type: 'string', value: 'ID', isData: true, description: 'events of this user, exactly this id' },
  handle: { type: 'string', value: 'HANDLE', description: 'events of this session' },
  kind: {
    type: 'string',
    multiple: true,
    value: 'KIND',
    description: 'events of this kind, such as created, ended or revoked; may be repeated',
  },
  from: { type: 'string', value: 'WHEN', description: 'from this time: a date, or 7d for 7 days ago' },
  before: { type: 'string', value: 'WHEN', description: 'until before this time' },
  csv: { type: 'boolean', description: 'print comma-separated values, with a line of headings' },
} as const

export const history = defineCommand({
  name: 'history',
  summary: 'List what happened to sessions, the newest first.',
  usage: '[--user ID] [--handle HANDLE] [--kind KIND] [--from WHEN] [--before WHEN] [--csv | --json]',
  details: `
Prints all events that match, page by page. With --json each page is one line. Needs the table of events, and the keys that
sealed the events.`,
  options,
  async run(invocation) {
    const { values, output } = invocation
    if (values.csv && output.isJson) throw new UsageError('--csv and --json cannot be combined; omit one of them')
    const filter = filterOf(values)
    const store = await invocation.openStore({ needsKeys: true, history: true })
    const print = values.csv ? printCsv : printPage
    const { signal } = invocation
    for (let next: string | undefined, isFirst = true; ; isFirst = false) {
      const page = await store.history({ ...filter, limit: PAGE, ...given({ cursor: next }) })
      print(output, page, isFirst)
      next = page.next
      if (next === undefined) return exitCodes.ok
      if (signal.aborted) return exitCodes.stoppedEarly
    }
  },
})

function filterOf(values: OptionValues<typeof options>): HistoryOptions {
  return given({
    user: userId('user', values.user),
    handle: sessionHandle('handle', values.handle),
    // The store checks the names.
    kind: values.kind as EventKind[] | undefined,
    from: moment('from', values.from),
    before: moment('before', values.before),
  })
}

const HEADINGS = ['AT', 'KIND', 'REASON', 'ACTOR', 'COUNT', 'HANDLE', 'USER']
const WIDTHS = [20, 11, 10, 10, 6, 67]

function printPage(output: Output, { events, next }: HistoryPage, isFirst: boolean): void {
  if (!output.isJson && events.length === 0) return output.message('There are none.')
  const rows = events.map(cellsOf)
  const data = { events: events.map((event) => ({ ...event, handle: event.handle ?? null })), next: next ?? null }
  output.print(data, inColumns(isFirst ? [HEADINGS, ...rows] : rows, WIDTHS))
}

function printCsv(output: Output, { events }: HistoryPage, isFirst: boolean): void {
  output.print(undefined, [...(isFirst ? [csvHeadings] : []), ...events.map(csvLine)].join('\n'))
}

function cellsOf(event: HistoryEvent): string[] {
  const { at, kind, handle, actor, sessions, user } = event
  const state = event.isErased ? '(erased)' : event.isUnreadable ? '(unreadable)' : event.reason
  const text = (value: string | number | undefined) => (value === undefined ? '-' : printable(String(value)))
  return [shortTime(at), kind, text(state), text(actor), text(sessions), text(handle), text(user)]
}
