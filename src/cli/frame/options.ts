/** An option for parseArgs of node:util, with its help text. */
export interface CommandOption {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** Whether it may be given several times. Otherwise a second value is refused, because it is ambiguous. */
  readonly multiple?: boolean
  /** The placeholder for its value in the help, such as `ID`. */
  readonly value?: string
  /** Whether its value is a URL, even if it does not look like one. A URL that may contain a password is refused. */
  readonly isUrl?: boolean
  /** Whether its value is data, such as the id of a user, which may contain a URL. @defaultValue false */
  readonly isData?: boolean
  /** One line: the effect of the option, and the effect of omitting it. */
  readonly description: string
}

export type CommandOptions = Readonly<Record<string, CommandOption>>

/** The values of a command's options; undefined for omitted ones. */
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

/** The option of commands that destroy data, for `invocation.confirm()`. */
export const confirmationOption = {
  yes: { type: 'boolean', short: 'y', description: 'do not ask for confirmation; required without a terminal' },
} as const satisfies CommandOptions
