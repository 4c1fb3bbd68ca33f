/** What keeps a command from doing its work, told to whoever runs it as it stands. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** A call that cannot be meant: the message says what is wrong, and the help of the command is named behind it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
