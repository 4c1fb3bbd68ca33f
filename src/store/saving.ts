import { setTimeout as sleep } from 'node:timers/promises'
import type { EndReason } from '../database/session-database.ts'
import { SessionTooLargeError, UnavailableError } from '../errors.ts'
import { keyIdOf } from '../payload/sealed-payload.ts'
import { formatSid, sidOf } from '../payload/session-id.ts'
import { contentOf, type LiveSession, type SessionContent } from './content.ts'
import { isSameLifetime, lifetimeOf, noteFirst } from './cookie-lifetime.ts'
import type { StoreCore } from './core.ts'
import { noteFormer } from './former.ts'
import { deadlineOf, trimTime } from './lifetime.ts'
import { withinMost } from './max-per-user.ts'
import { mergeThreeWays } from './merge.ts'
import { provenanceOf, type StoredVersion, setProvenance } from './provenance.ts'
import { type OpenedRow, openRow } from './reading.ts'
import { takeOver } from './take-over.ts'
import { isTransparent } from './transparent.ts'

/** What became of a save. */
export type SaveOutcome = 'unchanged' | 'saved' | 'gone'

/** A save under way. Its bytes were taken before anything was awaited: what the session becomes meanwhile is not its affair. */
interface Save {
  readonly id: string
  readonly sid: Buffer
  readonly session: LiveSession
  /** The session as it was when the save began. */
  readonly snapshot: Uint8Array
  /** What the save builds on; undefined while no row is known. */
  base: StoredVersion | undefined
  /** What is to be stored. */
  plaintext: Uint8Array
  lifetime: SessionContent['cookie']
  userId: string | null
}

/** Lost races after which a save gives up. Each loses to one that succeeded, so somebody always gets on. */
const ATTEMPTS = 100
const LONGEST_PAUSE_MS = 50

const gone = new WeakSet<object>()

/** Whether a save found that this session had ended, or was not there any more. */
export const isGone = (session: object) => gone.has(session)

/**
 * Stores a live session: nothing when it is as loaded, an UPDATE of the version it was loaded with, an INSERT when it is
 * new. What others stored meanwhile is merged in, into the live session too, so that it equals its row afterwards.
 *
 * @throws `FST_STORED_SESSION_UNSTORABLE` and `FST_STORED_SESSION_TOO_LARGE` before any SQL
 */
export async function saveSession(core: StoreCore, id: string, session: LiveSession): Promise<SaveOutcome> {
  if (isGone(session)) return 'gone'
  const save = begin(core, id, session)
  if (save.base && isUnchanged(core, save.base, save.plaintext)) return confirm(core, save)
  if (core.freshIds.hasEnded(id)) return markGone(core, save, 'destroyed')
  core.freshIds.storing(id)
  return core.lanes.run(save.sid.toString('latin1'), () => withinMost(core, save, () => store(core, save)))
}

/** Whether a stored session differs from its row in a way that a comparison through JSON cannot see. */
export function isChangedInSecret(core: StoreCore, session: LiveSession): boolean {
  const base = provenanceOf(session)
  if (!base) return false
  const now = Date.now()
  const lifetime = lifetimeOf(session.cookie, now)
  if (base.isTransparent && isSameLifetime(base.lifetime, lifetime) && isTransparent(session)) return false
  return !isUnchanged(core, base, core.codec.serialize(contentOf(session, now)))
}

// The host is about to send the cookie again, which must not be the one of an old id. Where none was ever rotated there is
// nothing to ask.
async function confirm(core: StoreCore, { sid, session }: Save): Promise<SaveOutcome> {
  if (core.rotation.isSeen && (await core.findRow(sid))?.endReason === 'rotated') noteFormer(session)
  return 'unchanged'
}

function begin(core: StoreCore, id: string, session: LiveSession): Save {
  const base = provenanceOf(session)
  const content = contentOf(session, Date.now())
  const plaintext = serialize(core, content)
  const userId = core.userOf(content)
  noteFirst(session.cookie)
  return { id, sid: sidOf(id), session, snapshot: plaintext, base, plaintext, lifetime: content.cookie, userId }
}

function serialize(core: StoreCore, content: SessionContent): Uint8Array {
  const plaintext = core.codec.serialize(content)
  const excess = plaintext.length - core.maxBytes
  if (excess > 0) throw new SessionTooLargeError(plaintext.length, excess, core.maxBytes)
  return plaintext
}

// A value may have a second encoding once it has been stored (an error gains a cause); that is no change.
function isUnchanged(core: StoreCore, base: StoredVersion, plaintext: Uint8Array): boolean {
  if (Buffer.compare(base.plaintext, plaintext) === 0) return true
  if (base.isTransparent) return false
  return Buffer.compare(core.codec.serialize(core.codec.deserialize(base.plaintext)), plaintext) === 0
}

async function store(core: StoreCore, save: Save): Promise<SaveOutcome> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (await write(core, save)) return 'saved'
    // Before reading and not after: what was read must be as fresh as can be when it is written.
    if (attempt > 1) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
    const outcome = await rebase(core, save)
    if (outcome) return outcome
  }
  throw new UnavailableError({ cause: new Error(`a save lost ${ATTEMPTS} races for its row in turn`) })
}

async function write(core: StoreCore, save: Save): Promise<boolean> {
  const { base, id, sid, plaintext, userId, lifetime } = save
  const now = Date.now()
  const createdAt = base?.createdAt ?? now
  const expiresAt = deadlineOf(core.limits, lifetime, createdAt, now)
  const sealed = core.codec.seal({ sid, createdAt, id }, plaintext)
  const data = sealed instanceof Promise ? await sealed : sealed
  const row = {
    sid,
    data,
    keyId: keyIdOf(data),
    userId,
    touchedAt: now,
    expiresAt,
    trimAt: trimTime(core.limits, expiresAt),
  }
  const written = base
    ? await core.database.update({ ...row, version: base.version, now })
    : await core.database.insert({ ...row, version: 1, createdAt, endedAt: null, endReason: null })
  if (written) keep(core, save, { version: (base?.version ?? 0) + 1, createdAt, plaintext, isTransparent: false })
  return written
}

/** Builds the save anew on what is stored now; says so when there is nothing left to write, or nothing to write on. */
async function rebase(core: StoreCore, save: Save): Promise<SaveOutcome | undefined> {
  const row = await core.findRow(save.sid)
  // A row that refused the INSERT and was trimmed since leaves the place free.
  if (!row) return save.base ? markGone(core, save, 'unknown') : undefined
  const theirs = await openRow(core, row, save.id)
  if ('reason' in theirs) return markGone(core, save, theirs.reason)
  mergeInto(core, save, theirs)
  if (Buffer.compare(theirs.plaintext, save.plaintext) !== 0) return undefined
  keep(core, save, save.base!)
  return 'saved'
}

function mergeInto(core: StoreCore, save: Save, { row, plaintext, content: theirs }: OpenedRow): void {
  const base = save.base ? core.codec.deserialize(save.base.plaintext) : {}
  const ours = core.codec.deserialize(save.plaintext) as SessionContent
  const { content, conflicts } = mergeThreeWays(base, theirs, ours)
  if (conflicts.length > 0) core.events.emit('conflict', { sid: formatSid(save.sid), keys: conflicts })
  save.base = { version: row.version, createdAt: row.createdAt, plaintext, isTransparent: false }
  save.plaintext = serialize(core, content)
  save.lifetime = content.cookie
  save.userId = core.userOf(content)
}

/** Notes that the row now is what the save made of it, and brings the live session there. */
function keep(core: StoreCore, save: Save, version: StoredVersion): void {
  setProvenance(save.session, { ...version, lifetime: save.lifetime, touched: false, isFormer: false })
  if (save.plaintext === save.snapshot) return
  const { deserialize } = core.codec
  takeOver(save.session, deserialize(save.snapshot), deserialize(save.plaintext), (one, other) =>
    isStoredAlike(core, one, other),
  )
}

// What a live session holds may differ from what is read back of it (-0, an object without a prototype) and be the same.
function isStoredAlike(core: StoreCore, one: unknown, other: unknown): boolean {
  const bytes = (value: unknown) => core.codec.serialize({ value })
  try {
    return Buffer.compare(bytes(one), bytes(other)) === 0
  } catch {
    return false
  }
}

function markGone(core: StoreCore, { sid, session }: Save, reason: EndReason): SaveOutcome {
  gone.add(session)
  if (reason === 'rotated') noteFormer(session)
  core.events.emit('gone', { sid: formatSid(sid) })
  return 'gone'
}
