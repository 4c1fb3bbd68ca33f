import type { AnyCommand } from './command.ts'
import { type CommandOptions, globalOptions } from './options.ts'

/** What `--help` prints without a command. */
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
    'Settings are the options in stored-session.config.{ts,js,mjs}, which the application may use too, or else come from',
    'the environment: DATABASE_URL, SESSION_SECRET or SESSION_KEYS, STORED_SESSION_TABLE.',
    '',
    'Data goes to stdout, messages to stderr. Exit codes: 0 done, 1 error, 2 wrong usage, 3 a check failed, 4 stopped early',
    'with work left, 130 interrupted after finishing its batch.',
  ].join('\n')
}

/** What `--help` prints with a command. */
export function commandHelp({ name, summary, usage, details, options }: AnyCommand): string {
  const own = Object.keys(options).length > 0 ? ['', 'Options:', ...optionLines(options)] : []
  return [
    `Usage: ${['stored-session', name, usage].filter(Boolean).join(' ')}`,
    '',
    summary,
    ...(details ? ['', details.trim()] : []),
    ...own,
    '',
    'Options of every command:',
    ...optionLines(globalOptions),
  ].join('\n')
}

function optionLines(options: CommandOptions): string[] {
  return columns(
    Object.entries(options).map(([name, { short, value, description }]) => {
      const names = `${short ? `-${short}, ` : '    '}--${name}`
      return [value ? `${names} ${value}` : names, description]
    }),
  )
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first!.length))
  return rows.map(([first, second]) => `  ${first!.padEnd(width)}  ${second}`)
}
