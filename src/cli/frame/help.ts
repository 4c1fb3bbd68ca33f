import type { AnyCommand } from './command.ts'
import { type CommandOptions, globalOptions } from './options.ts'

/** The width of a line that fits every terminal. */
const WIDTH = 80

/** The output of `--help` without a command. */
export function generalHelp(commands: readonly AnyCommand[]): string {
  return [
    'Usage: stored-session <command> [options]',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options of every command:',
    ...optionLines(globalOptions),
    '',
    ...wrapped(
      'Settings are the options in stored-session.config.{ts,js,mjs}, which the application may use too, or else come from ' +
        'the environment: DATABASE_URL, SESSION_SECRET or SESSION_KEYS, STORED_SESSION_TABLE.',
    ),
    '',
    ...wrapped(
      'Data goes to stdout, messages to stderr. Exit codes: 0 done, 1 error, 2 wrong usage, 3 a check failed, 4 stopped ' +
        'early with work left, 130 interrupted after finishing its batch.',
    ),
    '',
    'Help of a command: stored-session <command> --help',
  ].join('\n')
}

/** The output of `--help` with a command. */
export function commandHelp({ name, summary, usage, details = '', options }: AnyCommand): string {
  const own = Object.keys(options).length > 0 ? ['', 'Options:', ...optionLines(options)] : []
  const first = `Usage: stored-session ${name} `
  return [
    ...wrapped(`${first}${usage}`.trim(), first.length),
    '',
    ...wrapped(summary),
    ...(details ? ['', ...paragraphs(details)] : []),
    ...own,
    '',
    'Options of every command:',
    ...optionLines(globalOptions),
  ].join('\n')
}

/** Lines that begin with a space stay unchanged, such as examples; others are wrapped. */
function paragraphs(text: string): string[] {
  return text
    .trim()
    .split(/\n(?= )|(?<=\n .*)\n|\n\n/)
    .flatMap((part) => (part.startsWith(' ') || part === '' ? [part] : wrapped(part.replaceAll('\n', ' '))))
}

function optionLines(options: CommandOptions): string[] {
  return columns(
    Object.entries(options).map(([name, { short, value, description }]) => {
      const names = `${short ? `-${short}, ` : '    '}--${name}`
      return [value ? `${names} ${value}` : names, description]
    }),
  )
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length)) + 4
  return rows.flatMap(([first, second]) => wrapped(`  ${first}`.padEnd(width) + second, width))
}

/** Breaks a line between words; the following lines are indented. */
function wrapped(text: string, indent = 0): string[] {
  const lines = ['']
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    const line = lines.at(-1)!
    if (line.length + 1 + word.length > WIDTH && line.trim()) lines.push(' '.repeat(indent) + word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines
}
