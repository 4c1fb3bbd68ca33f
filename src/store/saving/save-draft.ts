import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { SessionContent } from '../live/content.ts'
import {
  type FollowedRow,
  type LiveSession,
  type LoadedVersion,
  noteOf,
  type StoredVersion,
  type Visitor,
} from '../live/live-session.ts'
import { loadedVersionOf, setLoadedVersion } from '../live/loaded-version.ts'
import { withoutTimes } from '../live/stored-times.ts'
import { applyMerge } from '../merging/live-merge.ts'
import { isStoredAlike } from '../requests/sealed-row.ts'
import type { Held } from '../rotation/rotation-pointer.ts'

/** A running save. It serializes the session before it waits, so that later changes do not affect it. */
export interface Save {
  readonly id: string
  /** The row that it writes; of a later id than `id` if the request holds an old one that may change the session. */
  readonly sid: Buffer
  readonly held: Held
  readonly session: LiveSession
  /** The session as it was when the save began; for an update, after its last run. */
  readonly snapshot: Uint8Array
  /** The version that the save builds on; undefined while no row is known. */
  readonly base: StoredVersion | undefined
  readonly lifetime: SessionContent['cookie']
  readonly userId: string | null
  readonly followed: FollowedDraft | undefined
  /** Who saves; undefined unless the application keeps metadata. */
  readonly visitor: Visitor | undefined
  /** The id of the session that it replaces. */
  readonly previousId?: string | undefined
  /** The function of an update, which changes the session once it has the stored content. */
  readonly update?: Update
}

/** The function of an update. */
export interface Update {
  /**
   * Gives the live session the current content by `prepare`, and runs the function on it. If it fails, the session is as
   * it was before.
   *
   * @param prepare - merges the serialized session into the current content, and returns that serialized
   * @returns the serialized session
   */
  run(prepare: (before: Uint8Array) => Uint8Array): Promise<Uint8Array>
  /** Takes the changes of the last run back, because they were not stored. */
  takeBack(): void
  /** The session as it was before the last run. */
  readonly before: Uint8Array
  /** Notes that its last run failed. */
  failure: unknown
}

/** The content to write for one session, from one save or from several saves together. */
export interface Draft {
  /** The version that it replaces; undefined while no row is known. */
  readonly base: StoredVersion | undefined
  /** The row to write, if all of its saves were made with earlier ids. */
  readonly followed?: FollowedDraft | undefined
  readonly plaintext: Uint8Array
  readonly lifetime: SessionContent['cookie']
  readonly userId: string | null
  /** Saves that are in the draft, and saves that would have mixed two users. */
  readonly taken: readonly Save[]
  readonly foreign: readonly Save[]
  /** Updates whose function failed. */
  readonly failed: readonly Save[]
  /** Keys that two sides changed. */
  readonly conflicts: readonly string[]
}

/** The row of a session whose id was renewed. A write by an earlier id is no use of this row's id. */
interface FollowedDraft extends FollowedRow {
  /** The last use of the row, which stays. */
  readonly usedAt: number
}

/** The draft of one save that builds on its loaded version. */
export function draftOf(save: Save): Draft {
  const { base, snapshot: plaintext, lifetime, userId, followed } = save
  return { base, followed, plaintext, lifetime, userId, taken: [save], foreign: [], failed: [], conflicts: [] }
}

/** Notes that the row now has the content of a draft, and updates the live sessions to it. */
export function keep(core: StoreCore, draft: Draft, version: StoredVersion): void {
  const keys = [...new Set(draft.conflicts)]
  if (keys.length > 0) core.events.emit('conflict', { sid: formatSid(draft.taken[0]!.sid), keys })
  for (const { session, snapshot } of draft.taken) {
    setLoadedVersion(session, writtenVersion(version, draft))
    bringTo(core, session, snapshot, draft.plaintext)
  }
}

/** Applies the difference between two contents to a live session, which may have changed since it had the first. */
export function bringTo(core: StoreCore, session: LiveSession, from: Uint8Array, to: Uint8Array): void {
  if (from === to || Buffer.compare(from, to) === 0) return
  // The times beside the lifetime of the cookie are no part of the live session.
  const contentOf = (bytes: Uint8Array) => withoutTimes(core.codec.deserialize(bytes) as SessionContent)
  applyMerge(session, contentOf(from), contentOf(to), core.mergeRules, (one, other) => isStoredAlike(core, one, other))
}

/** Takes the changes of updates back that were not stored. */
export function takeBack({ taken, plaintext }: Pick<Draft, 'taken'> & Partial<Draft>): void {
  for (const { session, update } of taken.toReversed()) {
    // A failure after the write leaves the session as it is stored.
    const isStored = plaintext !== undefined && loadedVersionOf(session)?.plaintext === plaintext
    if (!isStored) update?.takeBack()
  }
}

/** Notes a write without an answer: the next save must not merge its own content as that of another request. */
export function noteAttempt({ taken, plaintext }: Draft): void {
  for (const { session, snapshot, update } of taken)
    noteOf(session).attempt = { plaintext, snapshot: update?.before ?? snapshot }
}

function writtenVersion(stored: StoredVersion, { lifetime, followed }: Draft): LoadedVersion {
  const { version, createdAt, plaintext, isJsonVisible, metadata, binding } = stored
  return {
    version,
    createdAt,
    plaintext,
    isJsonVisible,
    metadata,
    binding,
    lifetime,
    usedAt: followed?.usedAt ?? Date.now(),
    touched: false,
    hasOldId: followed !== undefined,
    followed,
    isWritten: true,
  }
}
