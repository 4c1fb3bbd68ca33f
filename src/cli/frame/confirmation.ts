import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { UsageError } from './errors.ts'

/** The operator was asked, and did not agree. */
export class Declined extends Error {
  constructor() {
    super('Nothing was done.')
  }
}

/** The terminal for the confirmation. */
export interface Terminal {
  readonly stdin: Readable & { isTTY?: boolean }
  readonly stderr: Writable & { isTTY?: boolean }
}

/**
 * Returns when `--yes` was given or the operator at the terminal agrees.
 *
 * @throws `UsageError` without a terminal for the confirmation, and {@link Declined}
 */
export async function confirm(question: string, isAgreed: boolean, terminal: Terminal = process): Promise<void> {
  if (isAgreed) return
  const { stdin: input, stderr: output } = terminal
  if (!input.isTTY || !output.isTTY) {
    throw new UsageError('this cannot be undone, and there is no terminal for the confirmation; pass --yes')
  }
  const dialogue = createInterface({ input, output })
  let isAnswered = false
  // At the question, Ctrl+C and the end of input mean no; the line break replaces the missing answer.
  const closed = new Promise<string>((resolve) => {
    dialogue.once('close', () => {
      if (!isAnswered) output.write('\n')
      resolve('')
    })
  })
  try {
    const answer = await Promise.race([dialogue.question(`${question} [y/N] `), closed])
    isAnswered = true
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined()
  } finally {
    dialogue.close()
  }
}
