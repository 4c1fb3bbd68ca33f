import type { ListedSession, SessionPage } from '../../store/management/listing.ts'
import { given } from '../../store/options/filter-checks.ts'
import { defineCommand } from '../frame/command.ts'
import { exitCodes, UsageError } from '../frame/errors.ts'
import type { Output } from '../frame/output.ts'
import { inColumns, printable, shortTime } from '../frame/output.ts'
import { filterOf, filterOptions, filterUsage } from '../inputs/filter-options.ts'
import { wholeNumber } from '../inputs/values.ts'

const LARGEST_PAGE = 1_000

export const list = defineCommand({
  name: 'list',
  summary: 'List sessions, the newest first, without their content.',
  usage: `${filterUsage} [--limit N] [--cursor CURSOR | --all]`,
  details: `
Prints one page: the cursor of the next page is printed to stderr, and is "next" with --json. With --all and --json each
page is one line. A handle identifies a session for revoke; it does not work as a cookie.`,
  options: {
    ...filterOptions,
    limit: { type: 'string', value: 'N', description: 'sessions on a page, 1 to 1000 (default: 50)' },
    cursor: { type: 'string', value: 'CURSOR', description: 'start after the page that printed this cursor' },
    all: { type: 'boolean', description: 'all pages, one after another' },
  },
  async run(invocation) {
    const { values, output } = invocation
    const { cursor, all } = values
    if (all && cursor !== undefined) throw new UsageError('--all and --cursor exclude each other')
    const limit = wholeNumber('limit', values.limit, LARGEST_PAGE) ?? (all ? LARGEST_PAGE : undefined)
    const filter = { ...filterOf(values), ...given({ limit }) }
    const store = await invocation.openStore()
    for (let next = cursor, isFirst = true; ; isFirst = false) {
      const page = await store.list({ ...filter, ...given({ cursor: next }) })
      printPage(output, page, isFirst)
      next = page.next
      if (next === undefined) return exitCodes.ok
      if (!all) {
        output.message(`There are more: --cursor ${next}`)
        return exitCodes.ok
      }
      if (invocation.signal.aborted) return exitCodes.stoppedEarly
    }
  },
})

const HEADINGS = ['CREATED', 'LAST USED', 'UNTIL', 'STATE', 'BYTES', 'HANDLE', 'USER']

function printPage(output: Output, { sessions, next }: SessionPage, isFirst: boolean): void {
  const data = { sessions: sessions.map(dataOf), next: next ?? null }
  if (!output.isJson && sessions.length === 0) return output.message('There are none.')
  const rows = sessions.map(cellsOf)
  output.print(data, inColumns(isFirst ? [HEADINGS, ...rows] : rows, WIDTHS))
}

/** Widths of the columns that do not depend on their content. */
const WIDTHS = [20, 20, 20, 18, 7, 67]

function dataOf({ user, endReason, ...session }: ListedSession) {
  return { ...session, user: user ?? null, endReason: endReason ?? null }
}

function cellsOf({ createdAt, touchedAt, expiresAt, state, endReason, bytes, handle, user }: ListedSession): string[] {
  return [
    ...[createdAt, touchedAt, expiresAt].map(shortTime),
    endReason ? `${state} (${endReason})` : state,
    `${bytes}`,
    handle,
    user === undefined ? '-' : printable(user),
  ]
}
