/** What keeps a command from doing its work, told to whoever runs it as it stands. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
