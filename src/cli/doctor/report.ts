import type { Style } from '../frame/output.ts'
import type { Finding, Level } from './findings/finding.ts'

const WORDS: Record<Level, string> = { ok: 'ok', warning: 'warning', fault: 'FAULT', skipped: 'skipped' }
const STYLES: Record<Level, Style> = { ok: 'green', warning: 'yellow', fault: 'red', skipped: 'gray' }

type Paint = (style: Style, text: string) => string

/** The findings for people: a line each, and what to do below it. */
export function reportOf(findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const wordWidth = Math.max(...Object.values(WORDS).map((word) => word.length))
  const indent = ' '.repeat(width + wordWidth + 2)
  return findings
    .flatMap(({ check, level, message, remedy, sql = [] }) => [
      `${paint(STYLES[level], WORDS[level].padEnd(wordWidth))} ${check.padEnd(width)} ${message.replaceAll('\n', `\n${indent}`)}`,
      ...(remedy === undefined ? [] : [`${indent}→ ${remedy}${sql.length > 0 ? ':' : ''}`]),
      ...sql.map((statement) => `${indent}  ${statement};`),
    ])
    .join('\n')
}

/** The last line: how many findings are no good. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length
  const [faults, warnings] = [count('fault'), count('warning')]
  if (faults + warnings === 0) return 'No problems found.'
  return `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}.`
}

const counted = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`
