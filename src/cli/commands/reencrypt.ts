import type { ReencryptResult } from '../../store/management/reencrypting.ts'
import { given } from '../../store/options/filter-checks.ts'
import { defineCommand } from '../frame/command.ts'
import { type ExitCode, exitCodes } from '../frame/errors.ts'
import { rowsOf, sessionsOf } from '../frame/progress.ts'
import { operatorName } from '../inputs/operator.ts'
import { batchSize, wholeNumber } from '../inputs/values.ts'

const HIGHEST_RATE = 1_000_000

export const reencrypt = defineCommand({
  name: 'reencrypt',
  summary: 'Re-encrypt sessions of other keys with the current key.',
  usage: '[--rate N] [--batch-size N]',
  details: `
Runs while the application serves requests, and can be stopped and repeated at any time: completed work is kept. A key can
be removed when no row of it remains. The exit code is 4 when sessions remain, and 3 when none of those could be decrypted,
because their key is not configured (any more).`,
  options: {
    rate: { type: 'string', value: 'N', description: 'sessions per second at most (default: no limit)' },
    'batch-size': { type: 'string', value: 'N', description: 'sessions that are read at a time (default: 200)' },
  },
  async run(invocation) {
    const { values, output } = invocation
    const limits = given({
      rate: wholeNumber('rate', values.rate, HIGHEST_RATE),
      batchSize: batchSize(values['batch-size']),
    })
    const store = await invocation.openStore({ needsKeys: true })
    const { signal } = invocation
    const keys = await store.keyStatus()
    const total = keys.filter(({ state }) => state !== 'current').reduce((sum, { rows }) => sum + rows, 0)
    if (total > 0) output.message(`Sealing ${sessionsOf(total)} …`)
    const progress = invocation.progress({ verb: 'sealed', total })
    const result = await store.reencrypt({
      ...limits,
      ...given({ actor: operatorName() }),
      signal,
      onProgress: ({ reencrypted, unreadable }) => progress.update(reencrypted + unreadable),
    })
    progress.end()
    output.print(result, `${result.reencrypted}`)
    output.message(`${sessionsOf(result.reencrypted)} sealed with the current key${remainder(result)}.`)
    return codeOf(result)
  },
})

function remainder({ remaining, remainingByKey, unreadable }: ReencryptResult): string {
  if (remaining === 0) return '; none remains'
  const byKey = Object.entries(remainingByKey).map(([key, rows]) => `key ${key}: ${rowsOf(rows)}`)
  const closed = unreadable > 0 ? `, of which ${rowsOf(unreadable)} cannot be decrypted with the configured keys` : ''
  return `; ${rowsOf(remaining)} remain (${byKey.join(', ')})${closed}`
}

function codeOf({ remaining, unreadable }: ReencryptResult): ExitCode {
  if (remaining === 0) return exitCodes.ok
  return remaining > unreadable ? exitCodes.stoppedEarly : exitCodes.checkFailed
}
