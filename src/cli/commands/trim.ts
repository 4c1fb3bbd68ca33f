import { given } from '../../store/options/filter-checks.ts'
import { LARGEST_BACKLOG } from '../../store/trimming/trim-round.ts'
import type { TrimResult } from '../../store/trimming/trimming.ts'
import { defineCommand } from '../frame/command.ts'
import { exitCodes } from '../frame/errors.ts'
import { grouped, rowsOf } from '../frame/progress.ts'
import { operatorName } from '../inputs/operator.ts'
import { batchSize, milliseconds, wholeNumber } from '../inputs/values.ts'

const LONGEST_PAUSE_MS = 10_000
const MOST_ROWS = 1_000_000_000

export const trim = defineCommand({
  name: 'trim',
  summary: 'Delete the rows of expired and ended sessions.',
  usage: '[--batch-size N] [--pause MS] [--max-rows N] [--max-duration D]',
  details: `
Deletes in batches, with pauses, and never deletes a session that is in use. The application does the same in the
background; use this command on hosts without timers, and for a backlog. The exit code is 4 when a limit stopped it, or
when another process trims.`,
  options: {
    'batch-size': {
      type: 'string',
      value: 'N',
      description: 'rows that one statement deletes (default: as configured, or 500)',
    },
    pause: {
      type: 'string',
      value: 'MS',
      description: 'milliseconds between two batches, or auto (default: as configured, or 25)',
    },
    'max-rows': { type: 'string', value: 'N', description: 'rows to delete at most (default: all)' },
    'max-duration': { type: 'string', value: 'D', description: 'begin no further batch after this time, such as 10m' },
  },
  async run(invocation) {
    const { values, output } = invocation
    const limits = given({
      batchSize: batchSize(values['batch-size']),
      pause: pauseOf(values.pause),
      maxRows: wholeNumber('max-rows', values['max-rows'], MOST_ROWS),
      maxDuration: milliseconds('max-duration', values['max-duration']),
      actor: operatorName(),
    })
    const store = await invocation.openStore()
    const progress = invocation.progress({ verb: 'deleted' })
    const onProgress = ({ trimmed }: { trimmed: number }) => progress.update(trimmed)
    const result = await store.trim({ ...limits, signal: invocation.signal, onProgress })
    progress.end()
    output.print(dataOf(result), `${result.trimmed}`)
    output.message(`${rowsOf(result.trimmed)} deleted${ENDINGS[result.stopped]}${leftOver(result)}.`)
    return result.complete ? exitCodes.ok : exitCodes.stoppedEarly
  },
})

function pauseOf(text: string | undefined): number | 'auto' | undefined {
  if (text === 'auto') return text
  return text === '0' ? 0 : wholeNumber('pause', text, LONGEST_PAUSE_MS)
}

const dataOf = ({ backlog, ...result }: TrimResult) => ({ ...result, backlog: backlog ?? null })

const ENDINGS: Record<TrimResult['stopped'], string> = {
  done: '',
  rows: ', as many as --max-rows allows',
  time: ', in as long as --max-duration allows',
  aborted: ' until it was interrupted',
  closed: '',
  locked: ', because another process is trimming',
}

function leftOver({ complete, backlog }: TrimResult): string {
  if (complete || backlog === undefined) return ''
  return `; ${grouped(backlog)}${backlog === LARGEST_BACKLOG ? ' or more' : ''} are left`
}
