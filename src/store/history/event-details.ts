import type { EventRow } from '../../database/contract/session-database.ts'
import type { Codec } from '../../payload/codec.ts'
import { isEvent, keyIdOf, UnreadablePayload } from '../../payload/sealed-payload.ts'
import { serializers } from '../../payload/serializer.ts'
import type { EventDetails } from '../core/history.ts'
import type { WaitingEvent } from './event-queue.ts'

const NOTHING = Buffer.alloc(0)

/** The row of an event, with its details sealed. */
export async function rowOfEvent(codec: Codec, { at, id, happening }: WaitingEvent): Promise<EventRow> {
  const { sid, kind, userId, details, visitor, isErased } = happening
  if (isErased) return { sid, id, kind, at, userId: null, keyId: null, data: NOTHING }
  const metadata = await visitor?.packed()
  const whole: EventDetails = metadata ? { ...details, metadata } : { ...details }
  const event = { sid, id, kind, userId, at }
  const data = await codec.sealEvent(event, serializers.msgpack.serialize({ ...whole }))
  return { ...event, keyId: keyIdOf(data, isEvent), data }
}

/**
 * The details of a stored event.
 *
 * @returns `'erased'` after the user was forgotten, and `'unreadable'` when the details do not open
 */
export async function detailsOf(codec: Codec, row: EventRow): Promise<EventDetails | 'erased' | 'unreadable'> {
  if (row.keyId === null && row.data.length === 0) return 'erased'
  try {
    return serializers.msgpack.deserialize(Buffer.from(await codec.openEvent(row, row.data))) as EventDetails
  } catch (error) {
    if (error instanceof UnreadablePayload) return 'unreadable'
    throw error
  }
}
