import type { FastifyRequest } from 'fastify'
import type { EndReason } from '../database/session-database.ts'
import { notes } from '../store/notes.ts'

/** What is known of a request, and nobody else sees. */
class RequestNote {
  /** Why the session that its cookie names is over. */
  endReason: EndReason | undefined
  /** Whether its cookie names an old id: by now its browser may have another cookie. */
  namesOldId = false
  /** What the application's generator threw when the host asked for the first id. */
  idFailure: Error | undefined
  /** Whether it continues without its session, because the session could not be read. */
  isAnonymous = false
  /** Whether the onSend hooks of its response ran before: Fastify runs them again for the error of a hook. */
  isAnswering = false
  /** Whether its response must leave the cookie as it is: what became of the session is not known. */
  hasFailed = false
  /** The rotation that is under way for it. */
  rotating: Promise<boolean> | undefined
}

const all = notes<RequestNote>()

/** The note of a request. */
export function requestNote(request: FastifyRequest): RequestNote {
  const known = all.get(request)
  if (known) return known
  const note = new RequestNote()
  all.set(request, note)
  return note
}
