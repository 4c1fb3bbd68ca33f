/** An error that stops a command. The operator sees its message unchanged. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** An invalid call: the message says what is wrong, and names the help of the command. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The exit codes of commands. */
export const exitCodes = {
  ok: 0,
  /** The command failed; the message says how. */
  error: 1,
  /** The call was invalid; nothing was done. */
  usage: 2,
  /** The check found problems. */
  checkFailed: 3,
  /** The command did what was possible or requested, and work is left: run it again. */
  stoppedEarly: 4,
  /** The command was interrupted, finished the current batch, and work is left: run it again. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
