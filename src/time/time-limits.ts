/** How long a statement may take, its retries and its wait for a connection included. Milliseconds. */
export interface TimeLimits {
  /** A statement that a request waits for. */
  readonly request: number
  /** A statement over many rows, which no request waits for. */
  readonly bulk: number
}

/** A statement over many rows may take this many times as long as one of a request. */
const BULK = 12

/** `operationTimeout`, in milliseconds, unless told otherwise. */
export const USUAL_TIMEOUT_MS = 5_000

/** @param operationTimeout - milliseconds */
export function timeLimitsOf(operationTimeout: number): TimeLimits {
  return { request: operationTimeout, bulk: operationTimeout * BULK }
}

/** What happens when the time is up: a write may have happened or not, and so is never taken for done. */
export function lateAnswer(ms: number): Error {
  return Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' })
}

/**
 * Waits for an answer, and no longer than this. What comes later is of no interest any more. The timer also keeps the
 * process alive, which connections alone do not.
 *
 * @param onLate - called when the time is up, and yields the error
 */
export function within<Result>(ms: number, answer: Promise<Result>, onLate = lateAnswer): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(onLate(ms)), ms)
    const inTime = () => clearTimeout(timer)
    answer.then(resolve, reject)
    answer.then(inTime, inTime)
  })
}

/** Keeps the process alive while something lasts, however long that is. */
export async function keepAlive<Result>(answer: Promise<Result>): Promise<Result> {
  const hold = setInterval(() => {}, 2 ** 30)
  try {
    return await answer
  } finally {
    clearInterval(hold)
  }
}

/**
 * Does work inside of something that takes its time before and after, such as taking a lock and letting go of it. Each
 * of the two may take no longer than this, whatever the work takes.
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
    // Nobody waits for it any more.
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
  // Whoever is slow to let go does not undo what was done.
  return within(ms, left).catch(() => result)
}
