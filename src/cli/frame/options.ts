/** An option as parseArgs of node:util takes it, with what its help says. */
export interface CommandOption {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** May be given several times. Others are refused the second time: which one was meant? */
  readonly multiple?: boolean
  /** What stands for its value in the help, such as `ID`. */
  readonly value?: string
  /** Whether its value is a URL, also where it does not look like one. One that may hold a password is refused. */
  readonly isUrl?: boolean
  /** Whether its value is data, such as the id of a user, in which a URL may be part of it. @defaultValue false */
  readonly isData?: boolean
  /** One line: what it does, and what happens without it. */
  readonly description: string
}

export type CommandOptions = Readonly<Record<string, CommandOption>>

/** What the options of a command were given as; undefined for those that were not. */
export type OptionValues<Options extends CommandOptions> = {
  readonly [Name in keyof Options]: ValueOf<Options[Name]> | undefined
}

type ValueOf<Option extends CommandOption> = Option extends { readonly type: 'boolean' }
  ? boolean
  : Option extends { readonly multiple: true }
    ? string[]
    : string

/** The options that every command has. */
export const globalOptions = {
  config: {
    type: 'string',
    value: 'PATH',
    description: 'the configuration, instead of stored-session.config.{ts,js,mjs}',
  },
  env: { type: 'string', value: 'PATH', description: 'a file with environment variables, such as .env' },
  json: { type: 'boolean', description: 'print data as JSON' },
  help: { type: 'boolean', short: 'h', description: 'print this' },
  version: { type: 'boolean', short: 'v', description: 'print the version' },
} as const satisfies CommandOptions

/** The option of commands that destroy something, for `invocation.confirm()`. */
export const confirmationOption = {
  yes: { type: 'boolean', short: 'y', description: 'do not ask for confirmation; required without a terminal' },
} as const satisfies CommandOptions
