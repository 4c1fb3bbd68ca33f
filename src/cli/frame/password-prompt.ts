import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { Declined, type Terminal } from './confirmation.ts'
import { UsageError } from './errors.ts'

/**
 * Asks for a password at the terminal, which does not show it.
 *
 * @param option - the option that replaces the answer where there is no terminal
 * @throws `UsageError` without a terminal, and {@link Declined} on Ctrl+C
 */
export async function askPassword(question: string, option: string, { stdin, stderr }: Terminal): Promise<string> {
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new UsageError(`a password is needed, and there is no terminal to ask for one; pass ${option}`)
  }
  // The line editor writes what is typed to its output.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const dialogue = createInterface({ input: stdin, output, terminal: true })
  const closed = new Promise<undefined>((resolve) => dialogue.once('close', () => resolve(undefined)))
  // Only now does the terminal show nothing of what is typed.
  stderr.write(`${question} `)
  try {
    const answer = await Promise.race([dialogue.question(''), closed])
    if (answer === undefined) throw new Declined()
    return answer
  } finally {
    dialogue.close()
    stderr.write('\n')
  }
}
