import type { FastifyRequest } from 'fastify'
import { boundedMemo } from '../metadata/bounded-memo.ts'
import { type CaptureUse, useCapture } from '../metadata/capture.ts'
import type { CheckedMetadataOptions } from '../metadata/metadata-options.ts'
import { packUse } from '../metadata/packed-use.ts'
import type { CapturedUse } from '../metadata/session-metadata.ts'
import type { SessionEventEmitter } from '../store/core/events.ts'
import type { Visitor } from '../store/live/live-session.ts'
import { requestNote } from './request-state.ts'

/** A location of ours reports what fails between requests. */
interface LocationSource {
  onFailure?: (error: Error) => void
}

/** What requests show of their clients, for the metadata of their sessions. */
export class Visitors {
  readonly #capture: CaptureUse | undefined

  constructor(settings: CheckedMetadataOptions | undefined, events: SessionEventEmitter) {
    const location = settings?.location as LocationSource | undefined
    if (location) location.onFailure = (error) => events.emit('metadataFailure', { what: 'location', error })
    this.#capture =
      settings && useCapture(settings, (what, error) => events.emit('metadataFailure', { what, error: asError(error) }))
  }

  /** The client of a request; undefined without the option `metadata`. */
  of(request: FastifyRequest): Visitor | undefined {
    if (!this.#capture) return undefined
    const note = requestNote(request)
    note.visitor ??= new RequestVisitor(request, this.#capture)
    return note.visitor
  }
}

/** Captures the client of a request when that is needed first: most requests store nothing. */
class RequestVisitor implements Visitor {
  readonly #request: FastifyRequest
  readonly #capture: CaptureUse
  #packed: Buffer | Promise<Buffer> | undefined

  constructor(request: FastifyRequest, capture: CaptureUse) {
    this.#request = request
    this.#capture = capture
  }

  packed(): Buffer | Promise<Buffer> {
    this.#packed ??= packed(this.#capture(this.#request))
    return this.#packed
  }
}

/** To pack a use takes 20 times as long as to find it again, and one client sends many requests. */
const MOST_KEPT = 1_000
const packedOf = boundedMemo(MOST_KEPT, (use) => packUse(JSON.parse(use) as CapturedUse))
const pack = (use: CapturedUse) => packedOf(JSON.stringify(use))

const packed = (use: CapturedUse | Promise<CapturedUse>) => (use instanceof Promise ? use.then(pack) : pack(use))

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))
