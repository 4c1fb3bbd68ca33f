/** An error of a command, whose message is printed without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
