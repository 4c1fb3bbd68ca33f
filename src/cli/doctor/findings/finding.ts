/** The severity: a fault has to be fixed, a warning should be considered, and a skipped check could not run. */
export type Level = 'ok' | 'warning' | 'fault' | 'skipped'

/** One line of the doctor. */
export interface Finding {
  /** What was looked at: one word of the list of checks. */
  readonly check: string
  readonly level: Level
  /** What was found, as a sentence without a full stop. */
  readonly message: string
  /** What to do about it. */
  readonly remedy?: string
  /** Statements that repair it, in their order, each without a semicolon. */
  readonly sql?: readonly string[]
}

/** A finding that does not know yet which check it belongs to. */
export type Found = Omit<Finding, 'check'>

export const ok = (message: string): Found => ({ level: 'ok', message })

export const skipped = (message: string): Found => ({ level: 'skipped', message })

export function warning(message: string, remedy: string, sql?: readonly string[]): Found {
  return { level: 'warning', message, remedy, ...(sql && { sql }) }
}

export function fault(message: string, remedy: string, sql?: readonly string[]): Found {
  return { level: 'fault', message, remedy, ...(sql && { sql }) }
}
