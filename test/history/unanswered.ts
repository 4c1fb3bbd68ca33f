const CODES = [
  'FST_STORED_SESSION_UNAVAILABLE',
  'FST_STORED_SESSION_OVERLOADED',
  'FST_STORED_SESSION_UNREACHABLE',
  'FST_STORED_SESSION_NOT_REGENERATED',
] as const

/** Whether an operation was answered 503: it may have happened, may happen yet, or never will. */
export function isUnanswered(error: unknown): boolean {
  return CODES.some((code) => code === (error as { code?: unknown }).code)
}

const ATTEMPTS = 20

/** Repeats what was answered 503 until it is not: for what is asked when all is quiet. */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isUnanswered(error) || attempt === ATTEMPTS) throw error
    }
  }
}
