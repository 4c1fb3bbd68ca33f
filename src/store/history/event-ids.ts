import { nextRandom } from '../../payload/session-id.ts'

/*
 * The id of an event, which ascends with time within a process:
 *
 *   at 6 B (BE), epoch milliseconds | counter within the millisecond 4 B (BE) | random 6 B
 */
const TIME_BYTES = 6
const COUNTER_BYTES = 4
const ID_BYTES = 16

/** The time and the id of an event. */
export interface EventStamp {
  readonly at: number
  readonly id: Buffer
}

/** Gives events their times and ids. A clock that jumps back does not change their order. */
export class EventIds {
  #last = 0
  #count = 0

  next(): EventStamp {
    const now = Date.now()
    this.#count = now > this.#last ? 0 : this.#count + 1
    this.#last = Math.max(now, this.#last)
    const id = Buffer.alloc(ID_BYTES)
    id.writeUIntBE(this.#last, 0, TIME_BYTES)
    id.writeUInt32BE(this.#count, TIME_BYTES)
    nextRandom().copy(id, TIME_BYTES + COUNTER_BYTES)
    return { at: this.#last, id }
  }
}

/** The stamp of an event that several processes may find: each of them gives it the same id. */
export function agreedStamp(at: number): EventStamp {
  const id = Buffer.alloc(ID_BYTES)
  id.writeUIntBE(at, 0, TIME_BYTES)
  return { at, id }
}
