/** The severity: a fault has to be fixed, a warning should be considered, and a skipped check could not run. */
type Level = 'ok' | 'warning' | 'fault' | 'skipped'

/** One line of the doctor's report. */
export interface Finding {
  /** The name of the check: one word of the list of checks. */
  readonly check: string
  readonly level: Level
  /** The result, as a sentence without a full stop. */
  readonly message: string
  /** The fix. */
  readonly remedy?: string
  /** Statements that repair it, in order, each without a semicolon. */
  readonly sql?: readonly string[]
}

/** A finding that is not yet assigned to its check. */
export type Found = Omit<Finding, 'check'>

export const ok = (message: string): Found => ({ level: 'ok', message })

export const skipped = (message: string): Found => ({ level: 'skipped', message })

export function warning(message: string, remedy: string, sql?: readonly string[]): Found {
  return { level: 'warning', message, remedy, ...(sql && { sql }) }
}

export function fault(message: string, remedy: string, sql?: readonly string[]): Found {
  return { level: 'fault', message, remedy, ...(sql && { sql }) }
}

const WORDS: Record<Level, string> = { ok: 'ok', warning: 'warning', fault: 'FAULT', skipped: 'skipped' }

/** The colours of a report, by the names of `styleText` of Node. */
type Colour = 'green' | 'yellow' | 'red' | 'gray'

const COLOURS: Record<Level, Colour> = { ok: 'green', warning: 'yellow', fault: 'red', skipped: 'gray' }

type Paint = (colour: Colour, text: string) => string

/** The findings as text: a line each, with the fix below it. */
export function reportOf(findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const wordWidth = Math.max(...Object.values(WORDS).map((word) => word.length))
  const indent = ' '.repeat(width + wordWidth + 2)
  return findings
    .flatMap(({ check, level, message, remedy, sql = [] }) => [
      `${paint(COLOURS[level], WORDS[level].padEnd(wordWidth))} ${check.padEnd(width)} ${message.replaceAll('\n', `\n${indent}`)}`,
      ...(remedy === undefined ? [] : [`${indent}→ ${remedy}${sql.length > 0 ? ':' : ''}`]),
      ...sql.map((statement) => `${indent}  ${statement};`),
    ])
    .join('\n')
}

/** The last line: the number of problems. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length
  const [faults, warnings] = [count('fault'), count('warning')]
  if (faults + warnings === 0) return 'No problems found.'
  return `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}.`
}

/** A number with separators: `1,204`. */
export const grouped = (number: number) => number.toLocaleString('en-US')

const counted = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`
