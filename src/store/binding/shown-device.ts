import type { SessionRow } from '../../database/contract/session-database.ts'
import { bindingIdOf } from '../../payload/binding/sealed-binding.ts'
import type { TokenCodec } from '../../payload/binding/token-codec.ts'

/** What a request shows of the device that it comes from. */
export interface ShownDevice {
  /** The value of the device's cookie. */
  readonly token: string | undefined
  /** How old a session may be without being bound, in milliseconds; undefined for any age. */
  readonly grace: number | undefined
}

/**
 * Whether a request may use a session: with the cookie of the device that the session is bound to, or unbound as long as
 * that is allowed. Opens nothing, because each request of a bound session comes here.
 */
export function isProven(
  codec: TokenCodec,
  { binding, createdAt }: Pick<SessionRow, 'binding' | 'createdAt'>,
  { token, grace }: ShownDevice,
): boolean | Promise<boolean> {
  if (!binding) return grace === undefined || Date.now() < createdAt + grace
  if (token === undefined) return false
  const until = codec.validUntil('device', bindingIdOf(binding), token)
  return until instanceof Promise ? until.then((time) => time !== undefined) : until !== undefined
}
