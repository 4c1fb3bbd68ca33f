import { RegenerateError } from '../errors.ts'
import { formatSid, sidOf } from '../payload/session-id.ts'
import type { LiveSession } from './content.ts'
import type { StoreCore } from './core.ts'
import type { Deadline } from './deadline.ts'
import type { Finding } from './ending.ts'
import type { SessionEventEmitter } from './events.ts'
import { provenanceOf } from './provenance.ts'
import type { SaveOutcome } from './saving.ts'
import { endSession, saveSession } from './traced-sessions.ts'

/** How the old session of a `regenerate()` was found, while its new one begins. */
export interface Succession {
  readonly oldId: string
  /** Why the old session could not be ended. */
  readonly error: unknown
  /** Whether it was over already, or was ended by an old id: its content is nobody's any more. */
  readonly wasOver: boolean
  /** Whether the id is an old one of a session that goes on. */
  readonly isByOldId: boolean
}

/** @param replaced - the live session that is replaced, where that is known */
export function successionOf(
  oldId: string,
  error: unknown,
  finding: Finding | undefined,
  replaced: object | undefined,
): Succession {
  // What was loaded once and is not there any more was over too.
  const wasStored = replaced !== undefined && provenanceOf(replaced as LiveSession) !== undefined
  const wasOver = finding === 'over' || finding === 'followed' || (finding === 'absent' && wasStored)
  return { oldId, error, wasOver, isByOldId: finding === 'rotated' }
}

/** The new sessions of `regenerate()`. */
export class Heirs {
  readonly #events: SessionEventEmitter
  readonly #refused = new WeakSet<object>()
  readonly #withheld = new WeakSet<object>()

  constructor(events: SessionEventEmitter) {
    this.#events = events
  }

  /** Takes from a new session what an old one had no right to hand over. */
  begin(heir: LiveSession, { oldId, error, wasOver, isByOldId }: Succession): void {
    if (error) this.#refused.add(heir)
    if (error || !(wasOver || isByOldId) || isEmpty(heir)) return
    for (const key of Object.keys(heir)) if (key !== 'cookie') delete heir[key]
    if (isByOldId) this.#withheld.add(heir)
    this.#events.emit('gone', { sid: formatSid(sidOf(oldId)) })
  }

  /** Stores a session for the host; see {@link saveSession}. */
  async save(
    core: StoreCore,
    id: string,
    session: LiveSession,
    deadline: Deadline,
    succession: Succession | undefined,
  ): Promise<SaveOutcome> {
    if (this.isRefused(session)) throw new RegenerateError()
    if (this.isWithheld(session)) return 'unchanged'
    // Who begins another session by an old id, and takes nothing along, leaves the one that goes on.
    const leaves = succession?.isByOldId && !this.#withheld.has(session)
    if (leaves) await endSession(core, succession.oldId, { deadline, follows: true })
    return saveSession(core, id, session, deadline, succession?.oldId)
  }

  /** Whether the old session could not be ended. Such a new one is never stored. */
  isRefused(session: object): boolean {
    return this.#refused.has(session)
  }

  /**
   * Whether this is the new session of a `regenerate()` with keys by the old id of a rotation, and has no content of its
   * own yet. Until it has, the browser keeps the cookie that it has.
   */
  isWithheld(session: object): boolean {
    return this.#withheld.has(session) && isEmpty(session)
  }
}

const isEmpty = (session: object) => Object.keys(session).every((key) => key === 'cookie')
