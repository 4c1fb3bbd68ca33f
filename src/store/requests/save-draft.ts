import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { SessionContent } from '../live/content.ts'
import type { FollowedRow, LiveSession, LoadedVersion, StoredVersion, Visitor } from '../live/live-session.ts'
import { setLoadedVersion } from '../live/loaded-version.ts'
import { applyMerge, mergeThreeWays } from '../live/merge.ts'
import { laterTimes, withoutTimes, withTimes } from '../live/stored-times.ts'
import type { Held } from '../rotation/rotation-pointer.ts'
import type { OpenedRow } from './opened-row.ts'
import { isStoredAlike, serialize } from './sealed-row.ts'

/** A running save. It serializes the session before it waits, so that later changes do not affect it. */
export interface Save {
  readonly id: string
  /** The row that it writes; of a later id than `id` if the request holds an old one that may change the session. */
  readonly sid: Buffer
  readonly held: Held
  readonly session: LiveSession
  /** The session as it was when the save began. */
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
  return { base, followed, plaintext, lifetime, userId, taken: [save], foreign: [], conflicts: [] }
}

/** Merges saves in their order into the stored content, or into each other if no content is stored. */
export function mergedDraft(
  core: StoreCore,
  current: OpenedRow | undefined,
  saves: readonly Save[],
  renewed?: FollowedRow,
): Draft {
  const [taken, foreign, conflicts]: [Save[], Save[], string[]] = [[], [], []]
  const latest = new Map<object, Uint8Array>()
  let content = current?.content
  for (const save of saves) {
    const from = latest.get(save.session) ?? save.base?.plaintext
    const base = from && (core.codec.deserialize(from) as SessionContent)
    const ours = core.codec.deserialize(save.snapshot) as SessionContent
    if (content && mixesUsers(core, base, content, ours)) {
      foreign.push(save)
      continue
    }
    const merged = content ? mergedContent(base, content, ours) : { content: ours, conflicts: [] }
    content = merged.content
    conflicts.push(...merged.conflicts)
    taken.push(save)
    latest.set(save.session, save.snapshot)
  }
  const stored = content!
  const { cookie: lifetime } = stored
  const plaintext = taken.length > 0 ? serialize(core, stored) : current!.plaintext
  const version = current && { ...current.row, plaintext: current.plaintext, isJsonVisible: false }
  const row = renewed ?? (saves.every((save) => save.followed) ? saves[0]!.followed : undefined)
  const followed = row && current && { ...row, usedAt: current.row.touchedAt }
  return { base: version, followed, plaintext, lifetime, userId: core.userOf(stored), taken, foreign, conflicts }
}

/** Merges two changes, and of the times beside the lifetime keeps the later ones, which is no conflict. */
function mergedContent(base: SessionContent | undefined, theirs: SessionContent, ours: SessionContent) {
  const { content, conflicts } = mergeThreeWays(
    base ? withoutTimes(base) : {},
    withoutTimes(theirs),
    withoutTimes(ours),
  )
  return {
    content: { ...content, cookie: withTimes(content.cookie, laterTimes(theirs.cookie, ours.cookie)) },
    conflicts,
  }
}

/**
 * Whether a merge would mix the content of two users, because the stored session has another user than the base of this
 * save. A save that began without a user may join the stored user.
 */
function mixesUsers(
  { userOf }: StoreCore,
  base: SessionContent | undefined,
  theirs: SessionContent,
  ours: SessionContent,
): boolean {
  const [before, stored] = [base ? userOf(base) : null, userOf(theirs)]
  if (before === stored) return false
  const wanted = userOf(ours)
  return before !== null || (wanted !== null && wanted !== stored)
}

/** Notes that the row now has the content of a draft, and updates the live sessions to it. */
export function keep(core: StoreCore, draft: Draft, version: StoredVersion): void {
  const keys = [...new Set(draft.conflicts)]
  if (keys.length > 0) core.events.emit('conflict', { sid: formatSid(draft.taken[0]!.sid), keys })
  const { plaintext } = draft
  for (const { session, snapshot } of draft.taken) {
    setLoadedVersion(session, writtenVersion(version, draft))
    if (plaintext === snapshot) continue
    const contentOf = (bytes: Uint8Array) => withoutTimes(core.codec.deserialize(bytes) as SessionContent)
    applyMerge(session, contentOf(snapshot), contentOf(plaintext), (one, other) => isStoredAlike(core, one, other))
  }
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
