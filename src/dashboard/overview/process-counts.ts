import type { SessionEventEmitter, SessionEvents, TrimResult } from '../../store/core/events.ts'
import { listenTo } from '../frame/listening.ts'
import { groupOf } from './ends.ts'
import { HourlyCounts } from './hours.ts'

/** A warning of the store, and when it came. */
export interface Warning<Name extends keyof SessionEvents> {
  readonly at: Date
  readonly event: SessionEvents[Name][0]
}

/** What events of this process say. Names of the hourly counts: `created`, groups of ends, and operations that failed. */
export class ProcessCounts {
  readonly since = new Date()
  readonly sessions = new HourlyCounts()
  readonly ends = new HourlyCounts()
  readonly faults = new HourlyCounts()
  readonly unreadable = new HourlyCounts()
  readonly lostEvents = new HourlyCounts()
  /** The last round of trimming that this process made. */
  lastTrim: { readonly at: Date; readonly result: TrimResult } | undefined
  /** That trimming does not keep up, until a round left nothing. */
  backlog: Warning<'backlog'> | undefined
  keyAge: Warning<'keyAge'> | undefined
  readonly #stop: (() => void)[] = []

  /** @param countsSessions - whether to count what a history would record; it measures each request */
  constructor(events: SessionEventEmitter, { countsSessions }: { readonly countsSessions: boolean }) {
    this.#stop.push(this.#listenToWork(events))
    if (countsSessions) this.#stop.push(this.#listenToSessions(events))
  }

  stop(): void {
    for (const stop of this.#stop) stop()
  }

  #listenToWork(events: SessionEventEmitter): () => void {
    return listenTo(events, {
      fault: ({ operation }) => this.faults.add(operation),
      unreadable: () => this.unreadable.add('unreadable'),
      historyDropped: ({ events: lost }) => this.lostEvents.add('lost', lost),
      backlog: (event) => {
        this.backlog = { at: new Date(), event }
      },
      keyAge: (event) => {
        this.keyAge = { at: new Date(), event }
      },
      trimmed: (result) => {
        // A round of another process says nothing about this one.
        if (result.stopped === 'locked') return
        this.lastTrim = { at: new Date(), result }
        if (result.complete) this.backlog = undefined
      },
    })
  }

  #listenToSessions(events: SessionEventEmitter): () => void {
    return listenTo(events, {
      created: () => this.sessions.add('created'),
      expired: ({ reason }) => this.ends.add(groupOf(reason)),
      revoked: ({ sessions }) => this.ends.add(groupOf('revoked'), sessions),
      evicted: () => this.ends.add(groupOf('evicted')),
      delete: ({ outcome }) => {
        if (outcome === 'destroyed') this.ends.add(groupOf('destroyed'))
      },
    })
  }
}
