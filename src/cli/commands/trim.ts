import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { grouped } from '../progress.ts'
import { milliseconds, wholeNumber } from '../values.ts'

export const trim = defineCommand({
  name: 'trim',
  summary: 'delete the rows of sessions that are over',
  usage: '[--batch-size N] [--max-rows N] [--max-duration D]',
  details: `
Deletes in batches, with pauses, and never a session that is in use. The application does the same in the background;
this is for hosts without timers, and for a backlog. It ends with 4 when a limit stopped it, or another process trims.`,
  options: {
    'batch-size': { type: 'string', value: 'N', description: 'rows that one statement deletes; 500 if not configured' },
    'max-rows': { type: 'string', value: 'N', description: 'rows to delete at most; all without it' },
    'max-duration': { type: 'string', value: 'D', description: 'begin no further batch after this time, such as 10m' },
  },
  async run({ values, output, signal, openStore }) {
    const limits = {
      batchSize: wholeNumber('batch-size', values['batch-size']),
      maxRows: wholeNumber('max-rows', values['max-rows']),
      maxDuration: milliseconds('max-duration', values['max-duration']),
    }
    const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
    const store = await openStore()
    const { trimmed, batches, complete, stopped, durationMs, backlog = null } = await store.trim({ ...given, signal })
    output.print({ trimmed, batches, complete, stopped, durationMs, backlog }, `${trimmed}`)
    output.message(`Deleted ${grouped(trimmed)} rows.`)
    return complete ? exitCodes.ok : exitCodes.stoppedEarly
  },
})
