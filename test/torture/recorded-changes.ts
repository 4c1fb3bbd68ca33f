import { handleOf } from '../support/rows.ts'
import type { Answer } from './requests.ts'

/** An acknowledged change of a session, which must have an event. */
export interface Change {
  /** The kind of the event; `left` is the event `user` of the owner before. */
  readonly kind: 'created' | 'user' | 'left' | 'rotated' | 'ended'
  readonly handle: string
  /** The owner that the event names; empty for none. */
  readonly user: string
  /** When the answer arrived, epoch milliseconds. */
  readonly at: number
  /** How long the request took, in milliseconds. */
  readonly tookMs: number
}

/** The change that this answer acknowledged. */
export function changeOf(kind: Change['kind'], cookie: string, user: string, { at, tookMs }: Answer): Change {
  return { kind, handle: handleOf(idOf(cookie)), user, at, tookMs }
}

/** The id of a session in `sessionId=<id>.<signature>`. */
function idOf(cookie: string): string {
  const value = decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1))
  return value.slice(0, value.lastIndexOf('.'))
}
