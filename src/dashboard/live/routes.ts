import type { FastifyReply } from 'fastify'
import { Refusal } from '../frame/refusal.ts'
import type { Answer, DashboardContext, DashboardRoute, Visit } from '../frame/visit.ts'
import { entryItem, type LiveEntry } from './entry.ts'
import { EventStream, messageOf } from './event-stream.ts'
import { LiveFeed } from './live-feed.ts'
import { livePage } from './live-page.ts'

/** Browsers that may watch at a time. */
const MOST_WATCHING = 10

/** Events as they come. */
export function liveRoutes({ store, onClose }: DashboardContext): DashboardRoute[] {
  const feed = new LiveFeed(store)
  const streams = new EventStreams(feed)
  onClose(() => streams.close())
  return [
    { method: 'GET', path: '/live', needs: 'view', answer: (visit) => livePage(visit, feed) },
    { method: 'GET', path: '/live/events', needs: 'view', answer: (visit) => streams.open(visit) },
  ]
}

class EventStreams {
  readonly #feed: LiveFeed
  readonly #open = new Set<EventStream>()
  #isClosed = false

  constructor(feed: LiveFeed) {
    this.#feed = feed
  }

  /** @throws {@link Refusal} when too many browsers watch */
  open(visit: Visit): Answer {
    if (!visit.request.headers.accept?.includes(TYPE)) return { send: (reply) => this.#sendKept(visit, reply) }
    if (this.#isClosed || this.#open.size >= MOST_WATCHING) throw tooManyWatch()
    return {
      send: (reply) => {
        // A connection that goes on would keep the application from closing.
        if (visit.request.raw.httpVersionMajor < 2) reply.header('connection', 'close')
        const headers = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' }
        return reply.headers(headers).type(`${TYPE}; charset=utf-8`).send(this.#begin(visit))
      },
    }
  }

  /** Ends all streams, so that the application can close. */
  close(): void {
    this.#isClosed = true
    for (const stream of this.#open) stream.end()
    this.#feed.close()
  }

  /** For clients that would not wait for more, and for a HEAD request. */
  #sendKept(visit: Visit, reply: FastifyReply): FastifyReply {
    return reply.type(`${TYPE}; charset=utf-8`).send(messageOf(itemsOf(visit, this.#feed.kept())))
  }

  #begin(visit: Visit): EventStream {
    const stream = new EventStream()
    const stop = this.#feed.watch((entries) => stream.send(itemsOf(visit, entries), entries.length))
    this.#open.add(stream)
    stream.once('close', () => {
      this.#open.delete(stream)
      stop()
    })
    return stream
  }
}

const TYPE = 'text/event-stream'

const itemsOf = (visit: Visit, entries: readonly LiveEntry[]) =>
  entries.map((entry) => entryItem(visit, entry)).join('')

const tooManyWatch = () =>
  new Refusal(
    503,
    'Too many watch already',
    `At most ${MOST_WATCHING} browsers watch the events at a time. Close a page that watches, or reload this page to see the newest events.`,
    { 'retry-after': '60' },
  )
