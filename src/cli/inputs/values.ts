import { parseSid } from '../../payload/session-id.ts'
import { storedUserId, USER_ID } from '../../store/users/user.ts'
import { durationMs } from '../../time/duration.ts'
import { UsageError } from '../frame/errors.ts'

/** A whole number, as the value of an option. */
export function wholeNumber(option: string, text: string | undefined, most = 1_000_000): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text)
  throw new UsageError(`--${option} must be a whole number from 1 to ${most}`)
}

/** The largest batch that the store accepts. */
const LARGEST_BATCH = 10_000

const LARGEST_PORT = 65_535

/** A TCP port, as the value of an option; 0 stands for any free one. */
export function portNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined || (/^\d{1,5}$/.test(text) && Number(text) <= LARGEST_PORT))
    return text === undefined ? undefined : Number(text)
  throw new UsageError(`--${option} must be a port from 0 to ${LARGEST_PORT}`)
}

/** The number of rows in a batch, as the value of `--batch-size`. */
export const batchSize = (text: string | undefined) => wholeNumber('batch-size', text, LARGEST_BATCH)

/** The exact id of a user. */
export function userId(option: string, text: string | undefined): string | undefined {
  if (text === undefined || storedUserId(text) !== undefined) return text
  throw new UsageError(`--${option} must be a user id, ${USER_ID}`)
}

/** The handle of a session. */
export function sessionHandle(option: string, text: string | undefined): string | undefined {
  if (text === undefined || parseSid(text)) return text
  throw new UsageError(`--${option} must be a handle as list shows it: 2:: and 64 hexadecimal digits`)
}

/** Milliseconds of a duration such as `90s`, `15m`, `2h` or `30d`, as the value of an option. */
export function milliseconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = durationMs(text)
  if (ms !== undefined) return ms
  throw new UsageError(`--${option} must be a duration such as 90s, 15m, 2h or 30d`)
}

/** A time: a date such as `2026-11-01` or `2026-11-01T12:00Z`, or a duration before now. */
export function moment(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const ago = durationMs(text)
  if (ago !== undefined) return new Date(Date.now() - ago)
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (!Number.isNaN(date.getTime())) return date
  throw new UsageError(
    `--${option} must be a date such as 2026-11-01 or 2026-11-01T12:00Z, or a duration back from now, such as 7d`,
  )
}
