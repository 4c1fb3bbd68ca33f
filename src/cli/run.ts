import type { Settings } from '../doctor/findings/settings.ts'
import { ownManifest } from '../installation/packages.ts'
import { openDatabase, openStore } from './configuration/open-store.ts'
import { readSettings } from './configuration/settings.ts'
import type { AnyCommand } from './frame/command.ts'
import { confirm, type Terminal } from './frame/confirmation.ts'
import { CommandError, type ExitCode, exitCodes } from './frame/errors.ts'
import { reportFailure } from './frame/failure.ts'
import { commandHelp, generalHelp } from './frame/help.ts'
import { Interruption } from './frame/interruption.ts'
import type { Invocation } from './frame/invocation.ts'
import { Output, type OutputStream } from './frame/output.ts'
import { findCommand, parseOptions, splitCommand } from './frame/parse.ts'
import { askPassword } from './frame/password-prompt.ts'
import { Progress } from './frame/progress.ts'

/** The streams of the process, or their replacements. */
interface Streams {
  readonly stdin: Terminal['stdin']
  readonly stdout: OutputStream
  readonly stderr: OutputStream
}

/** Runs the command from the arguments of the process, and returns the exit code. */
export async function run(
  args: readonly string[],
  commands: readonly AnyCommand[],
  streams: Streams = process,
): Promise<ExitCode> {
  const output = new Output(args.includes('--json'), streams.stdout, streams.stderr)
  let command: AnyCommand | undefined
  try {
    const { name, rest } = splitCommand(args)
    if (name === undefined) return withoutCommand(rest, output, commands)
    if (name === 'help') return await run([...rest, '--help'], commands, streams)
    command = findCommand(name, commands)
    if (rest.some((word) => word === '--help' || word === '-h')) return printed(output, commandHelp(command))
    const values = parseOptions(rest, command.options)
    if (values.version) return printed(output, ownManifest.version)
    if (values.env) loadEnvironment(values.env)
    return await runCommand(command, values, output, streams)
  } catch (error) {
    return reportFailure(error, output, command?.name)
  }
}

function withoutCommand(args: readonly string[], output: Output, commands: readonly AnyCommand[]): ExitCode {
  const { help, version: isVersion } = parseOptions(args)
  if (isVersion) return printed(output, ownManifest.version)
  if (help) return printed(output, generalHelp(commands))
  output.message(generalHelp(commands))
  return exitCodes.usage
}

function printed(output: Output, text: string): ExitCode {
  output.print(text, text)
  return exitCodes.ok
}

function loadEnvironment(path: string): void {
  try {
    process.loadEnvFile(path)
  } catch (error) {
    throw new CommandError(`the file ${path}, which --env names, cannot be read`, { cause: error })
  }
}

async function runCommand(
  command: AnyCommand,
  values: ReturnType<typeof parseOptions>,
  output: Output,
  streams: Streams,
): Promise<ExitCode> {
  const interruption = new Interruption(output)
  const opened: { close(): Promise<void> }[] = []
  const closedAtEnd = <Closable extends { close(): Promise<void> }>(closable: Closable) => {
    opened.push(closable)
    return closable
  }
  let settings: Promise<Settings> | undefined
  const invocation: Invocation = {
    values,
    output,
    get signal() {
      return interruption.signal
    },
    interrupted: (message) => interruption.wait(message),
    askPassword: (question, option) => askPassword(question, option, streams),
    progress: (options) => new Progress(output, options),
    confirm: (question) => confirm(question, values.yes === true, streams),
    settings() {
      settings ??= readSettings(values.config)
      return settings
    },
    openStore: async (options) => closedAtEnd(await openStore(await invocation.settings(), options)),
    openDatabase: async () => closedAtEnd(await openDatabase(await invocation.settings())),
  }
  try {
    const code = await command.run(invocation)
    return code === exitCodes.stoppedEarly && interruption.isWished ? exitCodes.interrupted : code
  } finally {
    output.status('')
    await Promise.all(opened.map((closable) => closable.close()))
  }
}
