import { createInterface } from 'node:readline/promises'
import { UsageError } from './usage-error.ts'

/** Somebody was asked, and did not agree. */
export class Declined extends Error {
  constructor() {
    super('Nothing was done.')
  }
}

/**
 * Returns when `--yes` was given or a person at the terminal agrees.
 *
 * @throws `UsageError` where there is nobody to ask, and {@link Declined}
 */
export async function confirm(question: string, isAgreed: boolean): Promise<void> {
  if (isAgreed) return
  const { stdin: input, stderr: output } = process
  if (!input.isTTY || !output.isTTY) {
    throw new UsageError('this cannot be undone, and there is no terminal to ask on; say --yes')
  }
  const terminal = createInterface({ input, output })
  // At the question, Ctrl+C and the end of input mean no.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed])
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined()
  } finally {
    terminal.close()
  }
}
