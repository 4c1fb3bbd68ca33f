import type { ExitCode } from './errors.ts'
import type { Invocation } from './invocation.ts'
import type { CommandOptions, OptionValues } from './options.ts'

/**
 * One command of the command line.
 *
 * To add one: write `commands/<name>.ts` that exports the result of {@link defineCommand}, add it to the list in
 * `commands.ts`, and describe it in docs/cli.md. The frame provides help, suggestions, `--json`, exit codes of errors,
 * signals and closing the store. Load large modules (`await import(...)`) inside `run`, so that `--help` stays fast.
 */
export interface Command<Options extends CommandOptions = CommandOptions> {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** The arguments after the name, such as `[--user ID] [--json]`. */
  readonly usage: string
  /** Lines for the command's help: what it does, and what the operator must know. */
  readonly details?: string
  readonly options: Options
  /**
   * Runs the command.
   *
   * @throws any error: an error with one of our codes is shown as its message, `UsageError` exits with 2, all others
   * with 1
   */
  run(invocation: Invocation<OptionValues<Options>>): Promise<ExitCode>
}

/** A command with any options. */
export type AnyCommand = Omit<Command, 'run'> & { run(invocation: Invocation): Promise<ExitCode> }

/** Creates a command; the values that `run` receives have the types of its options. */
export function defineCommand<const Options extends CommandOptions>(command: Command<Options>): AnyCommand {
  return command as unknown as AnyCommand
}
