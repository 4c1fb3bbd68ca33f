import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

export const count = defineCommand({
  name: 'count',
  summary: 'count sessions, exactly',
  usage: '[--user ID]',
  options: {
    user: { type: 'string', value: 'ID', description: 'only those of this user' },
  },
  async run({ values: { user }, output, openStore }) {
    const sessions = await (await openStore()).count(user === undefined ? {} : { user })
    output.print({ sessions }, `${sessions}`)
    return exitCodes.ok
  },
})
