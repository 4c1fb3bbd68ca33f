import type { ExitCode } from './errors.ts'
import type { Invocation } from './invocation.ts'
import type { CommandOptions, OptionValues } from './options.ts'

/**
 * One command of the command line.
 *
 * To add one: write `commands/<name>.ts` that exports what {@link defineCommand} makes, put it into the table in
 * `commands.ts`, and describe it in docs/cli.md. Help, suggestions, `--json`, exit codes of errors, signals and closing
 * the store are the frame's. Load what is large (`await import(...)`) inside of `run`, so that `--help` stays quick.
 */
export interface Command<Options extends CommandOptions = CommandOptions> {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What may stand behind the name, such as `[--user ID] [--json]`. */
  readonly usage: string
  /** Lines for its own help: what it does, and what one has to know. */
  readonly details?: string
  readonly options: Options
  /**
   * Does the work.
   *
   * @throws anything: what has a code of ours is told in its words, `UsageError` ends with 2, all else with 1
   */
  run(invocation: Invocation<OptionValues<Options>>): Promise<ExitCode>
}

/** A command whose options are not looked at. */
export type AnyCommand = Omit<Command, 'run'> & { run(invocation: Invocation): Promise<ExitCode> }

/** Makes a command; the values that `run` gets have the types of its options. */
export function defineCommand<const Options extends CommandOptions>(command: Command<Options>): AnyCommand {
  return command as unknown as AnyCommand
}
