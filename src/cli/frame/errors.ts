/** What keeps a command from doing its work, told to whoever runs it as it stands. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** A call that cannot be meant: the message says what is wrong, and the help of the command is named behind it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a command ends with. */
export const exitCodes = {
  ok: 0,
  /** It failed; the message says how. */
  error: 1,
  /** It was called in a way that cannot be meant; nothing was done. */
  usage: 2,
  /** What it looked at is not as it should be. */
  checkFailed: 3,
  /** It did what it could or was told to, and work is left: repeat it. */
  stoppedEarly: 4,
  /** It was interrupted, finished the batch that was under way, and work is left: repeat it. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
