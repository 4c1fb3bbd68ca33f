import assert from 'node:assert/strict'

/**
 * What a question is answered with, at once or later.
 *
 * @param patience - milliseconds to wait at most
 * @throws AssertionError for no answer in time, and for a thenable that is no Promise: the store would take it for the
 * answer itself
 */
export async function answerOf<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  patience: number,
): Promise<Answer> {
  const answer: unknown = ask()
  const isThenable = typeof (answer as { then?: unknown } | undefined)?.then === 'function'
  assert.ok(
    !isThenable || answer instanceof Promise,
    `${what} is a thenable and no Promise; wrap it in Promise.resolve()`,
  )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `${what} has no answer after ${patience} ms`
    timer = setTimeout(() => reject(new assert.AssertionError({ message })), patience)
  })
  try {
    return await Promise.race([answer as Answer, late])
  } finally {
    clearTimeout(timer)
  }
}
