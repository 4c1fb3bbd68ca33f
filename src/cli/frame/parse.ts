import { parseArgs } from 'node:util'
import { nearestName } from '../../store/options/option-checks.ts'
import type { AnyCommand } from './command.ts'
import { UsageError } from './errors.ts'
import { type CommandOption, type CommandOptions, globalOptions, type OptionValues } from './options.ts'
import { mayHoldPassword } from './password-in-url.ts'

type Values = Readonly<Record<string, unknown>> & OptionValues<typeof globalOptions>

/** The name of the command, and all other arguments; options of all commands may come before the name. */
export function splitCommand(args: readonly string[]): { name: string | undefined; rest: string[] } {
  const { tokens } = parse(args, globalOptions)
  const first = tokens.find((token) => token.kind === 'positional')
  if (!first) return { name: undefined, rest: [...args] }
  return { name: first.value, rest: args.toSpliced(first.index, 1) }
}

/** @throws UsageError, with the command that was probably meant */
export function findCommand(name: string, commands: readonly AnyCommand[]): AnyCommand {
  const found = commands.find((command) => command.name === name)
  if (found) return found
  throw new UsageError(
    `there is no command "${short(name)}"${didYouMean(
      name,
      commands.map((command) => command.name),
    )}`,
  )
}

/**
 * The options of a command. No other arguments are allowed, and no message shows a value.
 *
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], own: CommandOptions = {}): Values {
  const options: CommandOptions = { ...globalOptions, ...own }
  const { values, tokens } = parse(args, options)
  const seen = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new UsageError(`"${short(token.value)}" is not expected here; options begin with --`)
    if (token.kind !== 'option') continue
    const fault = faultOf(token, options, seen.has(token.name))
    if (fault) throw new UsageError(fault)
    seen.add(token.name)
  }
  return values as Values
}

function parse(args: readonly string[], options: CommandOptions) {
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function faultOf({ name, rawName, value, inlineValue }: OptionToken, options: CommandOptions, isSeen: boolean) {
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (!option) return unknownOption(name, rawName, options)
  if (isSeen && !option.multiple) return `${rawName} is given twice; remove one`
  if (option.type === 'boolean') return value === undefined ? undefined : `${rawName} accepts no value; omit it`
  if (!value) return `${rawName} needs a value: ${rawName} ${option.value ?? 'VALUE'}`
  if (!inlineValue && value.startsWith('-')) {
    return `${rawName} needs a value: ${rawName} ${option.value ?? 'VALUE'}; write a value that begins with a dash as ${rawName}=-…`
  }
  return passwordIn(value, option) ? passwordFault(rawName) : undefined
}

function passwordIn(value: string, { isUrl, isData }: CommandOption): boolean {
  const isSuspect = isUrl || (!isData && value.includes('://'))
  return isSuspect === true && mayHoldPassword(value)
}

const passwordFault = (rawName: string) =>
  `the URL in ${rawName} seems to have a password, and all users of this machine can read the arguments of a ` +
  'command. Set SOURCE_URL in the environment or by --env for the store that is imported from, or name another variable ' +
  'with --source-env; DATABASE_URL is the database of the sessions'

/** Options with which other programs accept secrets as arguments. */
const SECRETS = /^(secrets?|session-secret|keys?|session-keys|passwords?|passphrases?|database|database-url|url)$/

function unknownOption(name: string, rawName: string, options: CommandOptions): string {
  if (SECRETS.test(name)) {
    return (
      `${rawName} is not an option, because all users of this machine can read the arguments of a command. ` +
      'Set DATABASE_URL and SESSION_SECRET in the environment or by --env, or write stored-session.config.js'
    )
  }
  // Node reads this name from all arguments, even from arguments for the script.
  if (name === 'env-file') return `${rawName} is not an option; did you mean --env?`
  return `${mayHoldPassword(name) ? 'this' : rawName} is not an option${didYouMean(name, Object.keys(options), '--')}`
}

function didYouMean(name: string, known: readonly string[], prefix = ''): string {
  const near = nearestName(name, known)
  return near ? `; did you mean ${prefix}${near}?` : ''
}

// A misplaced argument may be a secret.
function short(text: string): string {
  if (mayHoldPassword(text)) return '…'
  return text.length <= 24 ? text : `${text.slice(0, 8)}…`
}
