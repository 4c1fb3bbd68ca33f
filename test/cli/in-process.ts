import { PassThrough, Readable } from 'node:stream'
import { commands } from '../../src/cli/commands.ts'
import { run } from '../../src/cli/run.ts'
import type { CommandEnd } from './command-line.ts'

/** Runs a command in this process, which is quicker; signals would reach this process too. */
export async function inProcess(args: readonly string[], env: Record<string, string> = {}): Promise<CommandEnd> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const before = { ...process.env }
  Object.assign(process.env, env)
  try {
    const code = await run(args, commands, { stdin: Readable.from([]), stdout, stderr })
    return { code, stdout: textOf(stdout), stderr: textOf(stderr) }
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

const textOf = (stream: PassThrough) => String(stream.read() ?? '')
