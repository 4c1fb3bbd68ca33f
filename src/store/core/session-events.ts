import type { Change } from '../../metadata/suspicion.ts'
import type { UnreadableReason } from '../../payload/sealed-payload.ts'
import type { OperationEvents } from './operation-events.ts'
import type { ServiceEvents } from './service-events.ts'

/** An event of one session. */
export interface SessionEvent {
  /** The session, by its hashed id: `2::` and 64 hexadecimal digits. It is the `handle` of `list()`. */
  sid: string
}

/**
 * The events of the store, by their names: each calls its listeners with one object. No event contains a session id or the
 * content of a session.
 */
export interface SessionEvents extends ServiceEvents, OperationEvents {
  /** The first save of a session, also of the session that `regenerate()` begins. */
  created: [SessionEvent]
  /** A session continues under a new id. */
  regenerated: [
    SessionEvent & {
      /** The hashed id that the session had before. */
      previousSid: string
    },
  ]
  /** A request named a session that has expired by its idle or absolute timeout. */
  expired: [
    SessionEvent & {
      /** The timeout that has passed: `idleTimeout` or `absoluteTimeout`. */
      reason: 'idle' | 'absolute'
    },
  ]
  /**
   * An old id was used after its overlap, while later ids of its session are in use: two parties hold the session. `sid`
   * is its current id.
   */
  reused: [
    SessionEvent & {
      /** The old id that was used, hashed. */
      previousSid: string
      /** Whether `onReuse: 'end'` ended the session. */
      isEnded: boolean
    },
  ]
  /** A session changed its country or its kind of device faster than its user can have; see the option `suspicious`. */
  suspicious: [
    SessionEvent & {
      /** The time between the two uses, in milliseconds. */
      elapsedMs: number
      /** The distance between the two places, in kilometers; absent without coordinates. */
      distanceKm?: number
      /** The change of country, two letters each as in ISO 3166-1; absent without one. */
      country?: Change
      /** The change of the kind of device, such as from `desktop` to `phone`; absent without one. */
      device?: Change
    },
  ]
  /** `revoke` or `forget` ended sessions. */
  revoked: [
    {
      /** The number of sessions that ended. */
      sessions: number
    },
  ]
  /** The store ended a session because its user had more than `maxPerUser`. */
  evicted: [SessionEvent]
  /** A save was merged with a newer version of the session. */
  conflict: [
    SessionEvent & {
      /** The keys that both sides changed. */
      keys: string[]
    },
  ]
  /** A save found that its session has ended or no longer exists; nothing was written. */
  gone: [SessionEvent]
  /** An operator looked at the content of a session. */
  revealed: [
    SessionEvent & {
      /** The operator, 1 to 255 characters. */
      actor: string
    },
  ]
  /** A session was bound to the device that it is used on. */
  bound: [SessionEvent]
  /** A device renewed the proof of its session. */
  proven: [SessionEvent]
  /** A request named a session that is bound to a device, without a proof of this device; it got no session. */
  unproven: [SessionEvent]
  /** A row cannot be opened, so its user has no session; the row stays for the operator to inspect. */
  unreadable: [
    SessionEvent & {
      /** Why the row cannot be opened. */
      reason: UnreadableReason
    },
  ]
  /** An unsealed row was accepted as a session, because `acceptUnencrypted` is on. */
  unencrypted: [SessionEvent]
}
