import { once } from 'node:events'
import { type CommandEnd, type CommandPlace, startCommand } from './command-line.ts'

/** Runs a command, and interrupts it when it has said something. */
export async function interrupted(args: readonly string[], place: CommandPlace, words: string): Promise<CommandEnd> {
  const { child, end } = await startCommand(args, place)
  let told = ''
  child.stderr!.on('data', (data) => {
    told += data
  })
  while (!told.includes(words)) await once(child.stderr!, 'data')
  child.kill('SIGINT')
  return end
}
