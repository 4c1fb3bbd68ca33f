import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { checkOptions } from '../../../src/plugin/options.ts'

export const secret = 'correct horse battery staple, thirty-two and more'

/** Options that nothing is wrong with. */
export const sound = { database: 'sqlite:sessions.db', secret }

/** The message that refuses options which differ from sound ones like this; undefined removes an option. */
export function refusal(changes: object): string {
  const options = Object.fromEntries(
    Object.entries({ ...sound, ...changes }).filter(([, value]) => value !== undefined),
  )
  return refusalOf(() => checkOptions(options as never))
}

/** The message of an error that must say which options are wrong. */
export function refusalOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    const { code, statusCode, message } = error as Error & { code: string; statusCode: number }
    assert.equal(code, 'FST_STORED_SESSION_INVALID_OPTIONS', String(error))
    assert.equal(statusCode, 500)
    assert.ok(message.startsWith('stored-session: '), message)
    return message.slice('stored-session: '.length)
  }
  throw new Error('the options were accepted')
}

/** Fails unless these options are taken. */
export function assertAccepted(changes: object): void {
  assert.doesNotThrow(() => checkOptions({ ...sound, ...changes } as never), inspect(changes))
}
