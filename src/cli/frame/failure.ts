import { Declined } from './confirmation.ts'
import { CommandError, type ExitCode, exitCodes, UsageError } from './errors.ts'
import type { Output } from './output.ts'

/** Reports the error, and returns the exit code. */
export function reportFailure(error: unknown, output: Output, command: string | undefined): ExitCode {
  if (error instanceof Declined) {
    output.message(error.message)
    return exitCodes.error
  }
  output.message(`${output.paintMessage('red', 'error:')} ${messageOf(error)}`)
  if (!(error instanceof UsageError)) return exitCodes.error
  output.message(`See: stored-session ${command ? `${command} ` : ''}--help`)
  return exitCodes.usage
}

/** For our errors, the message, with the driver's message if that is the cause. Other errors keep their stack. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as { code?: unknown }
  const isOurs = typeof code === 'string' && code.startsWith('FST_STORED_SESSION_')
  if (!isOurs)
    return error instanceof UsageError || error instanceof CommandError ? error.message : (error.stack ?? error.message)
  const message = error.message.replace(/^stored-session: /, '')
  return code === 'FST_STORED_SESSION_UNAVAILABLE' ? faultOf(error.cause) : message
}

// The message for clients does not help an operator.
function faultOf(cause: unknown): string {
  const { code, message = 'no reason was given' } = (cause ?? {}) as { code?: string; message?: string }
  const reason = code && !message.includes(code) ? `${code}: ${message}` : message
  return `the database or the key provider failed (${reason}). What was done stays; repeat the command when it is back`
}
