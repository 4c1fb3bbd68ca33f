import { until } from '../support/until.ts'
import { type CommandEnd, type CommandPlace, startCommand } from './command-line.ts'

/** Runs a command, and interrupts it when it has said something. */
export async function interrupted(args: readonly string[], place: CommandPlace, words: string): Promise<CommandEnd> {
  const { child, end, stderr } = await startCommand(args, place)
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  await until(`the command says ${words}`, () => stderr().includes(words) || hasEnded())
  child.kill('SIGINT')
  return end
}
