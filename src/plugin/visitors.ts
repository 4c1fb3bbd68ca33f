import type { FastifyRequest } from 'fastify'
import { type UseCapture, useCapture } from '../metadata/capture.ts'
import type { MetadataSettings } from '../metadata/metadata-options.ts'
import { packUse } from '../metadata/packed-use.ts'
import type { CapturedUse } from '../metadata/session-metadata.ts'
import type { SessionEventEmitter } from '../store/core/events.ts'
import type { Visitor } from '../store/live/live-session.ts'
import { requestNote } from './request-state.ts'

/** What requests show of their clients, for the metadata of their sessions. */
export class Visitors {
  readonly #capture: UseCapture | undefined

  constructor(settings: MetadataSettings | false, events: SessionEventEmitter) {
    this.#capture =
      settings === false
        ? undefined
        : useCapture(settings, (what, error) => events.emit('metadataFailure', { what, error }))
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
  readonly #capture: UseCapture
  #packed: Buffer | Promise<Buffer> | undefined

  constructor(request: FastifyRequest, capture: UseCapture) {
    this.#request = request
    this.#capture = capture
  }

  packed(): Buffer | Promise<Buffer> {
    this.#packed ??= packed(this.#capture(this.#request))
    return this.#packed
  }
}

const packed = (use: CapturedUse | Promise<CapturedUse>) => (use instanceof Promise ? use.then(packUse) : packUse(use))
