import assert from 'node:assert/strict'

/**
 * The answer to a question, synchronous or later.
 *
 * @param patience - the maximum wait in milliseconds
 * @throws AssertionError for a missing answer, and for a thenable that is not a Promise: the store would use it as the
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
