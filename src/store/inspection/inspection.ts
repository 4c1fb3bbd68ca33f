import type { SessionHandle } from '../core/handle.ts'
import { type KeyAge, keyAges } from '../management/key-status.ts'
import { SessionManagement } from '../management/management.ts'
import { LARGEST_BACKLOG } from '../trimming/trim-round.ts'
import { type InspectedSession, inspectSession } from './inspecting.ts'
import { type RevealedContent, type RevealOptions, revealSession } from './revealing.ts'

/** What an operator looks at: single sessions, keys and the backlog. */
export abstract class SessionInspection extends SessionManagement {
  /**
   * The session of a handle, whatever its state, without its content; undefined without a row.
   *
   * @param handle - the handle of the session
   * @throws `FST_STORED_SESSION_INVALID_HANDLE`
   */
  async inspect(handle: SessionHandle): Promise<InspectedSession | undefined> {
    return inspectSession(await this.open(), handle)
  }

  /**
   * The content of a live session, for an operator; undefined for a session that has expired or ended, and for one that
   * does not open. The look is an event, and is recorded in the history before anything is opened.
   *
   * @param options - the session, and who looks
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also with `bindToCookie`; `FST_STORED_SESSION_INVALID_HANDLE`
   */
  async reveal(options: RevealOptions): Promise<RevealedContent | undefined> {
    return revealSession(await this.open(), options)
  }

  /** The keys and since when each seals, the current key first. Unlike {@link keyStatus} it counts no rows. */
  async keyAges(): Promise<KeyAge[]> {
    return keyAges(await this.open())
  }

  /** The rows that trimming may delete now, counted up to 10,000; undefined for a storage that does not count them. */
  async backlog(): Promise<number | undefined> {
    const { database } = await this.open()
    return database.countDue?.(Date.now(), LARGEST_BACKLOG)
  }
}
