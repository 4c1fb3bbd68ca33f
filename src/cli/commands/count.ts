import { defineCommand } from '../frame/command.ts'
import { exitCodes } from '../frame/errors.ts'
import { filterOf, filterOptions, filterUsage } from '../inputs/filter-options.ts'

export const count = defineCommand({
  name: 'count',
  summary: 'Count sessions, exactly.',
  usage: filterUsage,
  details: `
Takes as long as the table is large, unless --user is given. For an estimate at no cost: stored-session stats`,
  options: filterOptions,
  async run({ values, output, openStore }) {
    const filter = filterOf(values)
    const sessions = await (await openStore()).count(filter)
    output.print({ sessions }, `${sessions}`)
    return exitCodes.ok
  },
})
