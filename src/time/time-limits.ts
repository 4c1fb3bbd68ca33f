/** The time limits of a statement, with its retries and its wait for a connection. Milliseconds. */
export interface TimeLimits {
  /** A statement that a request waits for. */
  readonly request: number
  /** A statement over many rows, which no request waits for. */
  readonly bulk: number
}

/** The time limit of a statement over many rows, as a multiple of a request's limit. */
const BULK = 12

/** The default of `operationTimeout`, in milliseconds. */
export const USUAL_TIMEOUT_MS = 5_000

/** @param operationTimeout - milliseconds */
export function timeLimitsOf(operationTimeout: number): TimeLimits {
  return { request: operationTimeout, bulk: operationTimeout * BULK }
}

/** The error when the time has passed: a write may have happened or not, so it never counts as done. */
export function lateAnswer(ms: number): Error {
  return Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' })
}

/**
 * Waits for an answer, up to a time limit. A later answer is ignored. The timer also keeps the process alive, which
 * connections alone do not.
 *
 * @param onLate - called when the time has passed; returns the error
 */
export function within<Result>(ms: number, answer: Promise<Result>, onLate = lateAnswer): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(onLate(ms)), ms)
    const inTime = () => clearTimeout(timer)
    answer.then(resolve, reject)
    answer.then(inTime, inTime)
  })
}

/** Keeps the process alive until the answer arrives, however long that takes. */
export async function keepAlive<Result>(answer: Promise<Result>): Promise<Result> {
  const hold = setInterval(() => {}, 2 ** 30)
  try {
    return await answer
  } finally {
    clearInterval(hold)
  }
}

/**
 * Runs work inside a frame that itself takes time before and after, such as taking and releasing a lock. Each of these
 * two steps has the time limit; the work has none.
 */
export async function withinAround<Given, Result>(
  ms: number,
  outer: (inner: (given: Given) => Promise<Result>) => Promise<Result | undefined>,
  work: (given: Given) => Promise<Result>,
): Promise<Result | undefined> {
  let isLate = false
  let done: Promise<Result> | undefined
  let enter = () => {}
  const entered = new Promise<void>((resolve) => {
    enter = resolve
  })
  const left = outer((given) => {
    // The caller has already received the timeout error.
    if (isLate) return Promise.reject(lateAnswer(ms))
    done = work(given)
    enter()
    return done
  })
  left.catch(() => {})
  await within(ms, Promise.race([entered, left]), () => {
    isLate = true
    return lateAnswer(ms)
  })
  if (!done) return left
  const result = await done
  // A slow release does not undo the work.
  return within(ms, left).catch(() => result)
}
