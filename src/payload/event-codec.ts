import type { KeyProvider } from '../keys/key-provider.ts'
import { openWith, sealWith, withKey } from './key-use.ts'
import { EVENT, type EventFields, isEvent, keyIdOf, type SealContext } from './sealed-payload.ts'

/** The event that details belong to. They open without a cookie, because operators read them. */
export interface EventContext extends EventFields {
  readonly sid: Buffer
  /** Epoch milliseconds. */
  readonly at: number
}

/** Seals and opens the details of events. */
export interface EventCodec {
  /** Seals the details of an event, with its plaintext columns: with any other they do not open. */
  sealEvent(event: EventContext, details: Uint8Array): Buffer | Promise<Buffer>
  /** @throws {@link UnreadablePayload} */
  openEvent(event: EventContext, sealed: Buffer): Buffer | Promise<Buffer>
}

/** @param settings - the keys, and the namespace of the sessions that the events belong to */
export function eventCodec(settings: { readonly keys: KeyProvider; readonly namespace: string }): EventCodec {
  const { keys, namespace } = settings
  const contextOf = ({ sid, at, id, kind, userId }: EventContext): SealContext => {
    return { namespace, sid, createdAt: at, event: { id, kind, userId } }
  }
  return {
    sealEvent(event, details) {
      const context = contextOf(event)
      return withKey(
        () => keys.current(),
        (key) => sealWith(key, context, details, EVENT),
      )
    },
    openEvent(event, sealed) {
      const context = contextOf(event)
      const id = keyIdOf(sealed, isEvent)
      return withKey(
        () => keys.find(id),
        (key) => openWith(key, context, sealed, isEvent),
      )
    },
  }
}
