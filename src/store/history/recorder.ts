import type { EventRow, SessionEventRows } from '../../database/contract/session-database.ts'
import type { Codec } from '../../payload/codec.ts'
import { parseSid } from '../../payload/session-id.ts'
import { Deferred } from '../../time/deferred.ts'
import type { SessionEventEmitter } from '../core/events.ts'
import { type Happening, MANY, type SessionHistory } from '../core/history.ts'
import type { Visitor } from '../live/live-session.ts'
import type { HistorySettings } from '../options/history-option.ts'
import { rowOfEvent } from './event-details.ts'
import { agreedStamp, EventIds } from './event-ids.ts'
import { EventQueue, type WaitingEvent } from './event-queue.ts'
import { Once, Recent } from './recent.ts'

/** What a recorder needs of its store. */
interface Recording {
  readonly table: SessionEventRows
  readonly codec: Codec
  readonly events: SessionEventEmitter
}

/** Records what happens to the sessions of a table, in the background or, with `strict`, before its caller continues. */
export class Recorder implements SessionHistory {
  readonly retain: number
  readonly #isStrict: boolean
  readonly #recording: Recording
  readonly #queue: EventQueue
  readonly #ids = new EventIds()
  readonly #owners = new Recent<string | null>()
  // Weak, because a visitor may hold its request.
  readonly #visitors = new Recent<WeakRef<Visitor>>()
  readonly #agreed = new Once()

  constructor(recording: Recording, { retain, strict }: HistorySettings) {
    const { events } = recording
    this.retain = retain
    this.#isStrict = strict
    this.#recording = recording
    this.#queue = new EventQueue({
      store: (waiting) => this.#store(waiting),
      onStored: (count) => void events.emit('historyWritten', { events: count }),
      onDropped: (count) => void events.emit('historyDropped', { events: count }),
      onError: (error) => void events.emit('backgroundError', { work: 'history', error }),
    })
    this.#listen()
  }

  get waiting(): number {
    return this.#queue.size
  }

  record(happening: Happening): Promise<void> | undefined {
    const { agreedAt, sid } = happening
    if (agreedAt === undefined) return this.#add({ ...this.#ids.next(), happening })
    // Older than what is kept, it would be stored and deleted again and again.
    if (agreedAt <= Date.now() - this.retain) return undefined
    const isFirst = this.#agreed.isFirst(`${agreedAt} ${sid.toString('latin1')}`)
    return isFirst ? this.#add({ ...agreedStamp(agreedAt), happening }) : undefined
  }

  async recordNow(happening: Happening): Promise<void> {
    const recorded = this.record(happening)
    await this.#queue.flush()
    await recorded
  }

  async flush(): Promise<void> {
    await this.#queue.flush()
  }

  async close(): Promise<void> {
    await this.#queue.close()
  }

  forget(userId: string, sids: ReadonlySet<string>): number {
    this.#owners.forget((owner) => owner === userId)
    let forgotten = 0
    for (const event of this.#queue.waiting) {
      const { happening } = event
      const isTheirs = happening.userId === userId
      const isBefore = happening.userId === null && sids.has(happening.sid.toString('latin1'))
      if (happening.isErased || !(isTheirs || isBefore)) continue
      const { sid, kind } = happening
      event.happening = { sid, kind, userId: null, isErased: true }
      forgotten += 1
    }
    return forgotten
  }

  noteOwner(sid: Buffer, userId: string | null): void {
    this.#owners.note(sid, userId)
  }

  ownerOf(sid: Buffer): string | null | undefined {
    return this.#owners.of(sid)
  }

  noteVisitor(id: string, visitor: Visitor): void {
    this.#visitors.note(id, new WeakRef(visitor))
  }

  visitorOf(id: string): Visitor | undefined {
    return this.#visitors.of(id)?.deref()
  }

  #add(event: WaitingEvent): Promise<void> | undefined {
    if (!this.#isStrict) {
      this.#queue.add(event)
      return undefined
    }
    const caller = new Deferred<void>()
    // A caller that does not wait must not cause an uncaught rejection.
    caller.promise.catch(() => {})
    this.#queue.add({ ...event, caller })
    return caller.promise
  }

  async #store(waiting: readonly WaitingEvent[]): Promise<void> {
    const rows: EventRow[] = []
    for (const event of waiting) rows.push(await rowOfEvent(this.#recording.codec, event))
    await this.#recording.table.insertMany(rows)
  }

  /** Events of the store that no request waits for. */
  #listen(): void {
    const { events } = this.#recording
    const unreadable = new Once()
    events.on('unreadable', ({ sid, reason }) => {
      const key = parseSid(sid)
      if (key && unreadable.isFirst(sid))
        this.record({ sid: key, kind: 'unreadable', userId: null, details: { reason } })
    })
    events.on('trimmed', ({ trimmed: sessions, events: count = 0, actor }) => {
      const details = { sessions, events: count, ...(actor !== undefined && { actor }) }
      if (sessions + count > 0) this.record({ sid: MANY, kind: 'trimmed', userId: null, details })
    })
  }
}
