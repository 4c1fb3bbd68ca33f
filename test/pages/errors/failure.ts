import assert from 'node:assert/strict'

/** An error of this package, as a caller gets it. */
export type Failure = Error & { readonly code: string; readonly statusCode: number; readonly reason?: string }

/** Makes the errors whose messages a page quotes, by what an application or an operator does. */
export type Produce = () => Promise<Failure[]>

/** The error with which something fails. */
export async function failureOf(run: () => unknown): Promise<Failure> {
  try {
    await run()
  } catch (error) {
    return error as Failure
  }
  return assert.fail('it did not fail')
}

/** The errors of several attempts, in their order. */
export async function failuresOf(...runs: (() => unknown)[]): Promise<Failure[]> {
  const failures: Failure[] = []
  for (const run of runs) failures.push(await failureOf(run))
  return failures
}
