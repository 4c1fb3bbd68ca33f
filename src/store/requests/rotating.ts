import type { NewRow, SessionRow } from '../../database/contract/session-database.ts'
import { UnavailableError } from '../../errors.ts'
import { isPointer, keyIdOf } from '../../payload/sealed-payload.ts'
import { sidOf } from '../../payload/session-id.ts'
import { carryBinding } from '../binding/carried-binding.ts'
import type { StoreCore } from '../core/core.ts'
import { pointerTrimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { recordRotation } from '../history/session-changes.ts'
import type { SessionContent } from '../live/content.ts'
import { isSameLifetime } from '../live/cookie-lifetime.ts'
import {
  type LiveSession,
  type LoadedVersion,
  noteOf,
  type StoredVersion,
  UNKNOWN_VERSION,
} from '../live/live-session.ts'
import { loadedVersionOf, setLoadedVersion } from '../live/loaded-version.ts'
import { evictExcess, HeirSlot } from '../users/max-per-user.ts'
import { endForGood } from './ending.ts'
import { beginHeir, openRow } from './opened-row.ts'
import { rotationPointerOf, sealRotationPointer } from './rotation-pointer.ts'
import { pendingRow, sealedRow } from './sealed-row.ts'

/** A session that gets another id. */
export interface Rotation {
  readonly oldId: string
  readonly newId: string
  /** The live session under its old id. */
  readonly session: LiveSession
  /** The same session, as the host made it for the new id. */
  readonly heir: LiveSession
}

/** A running rotation. */
interface Move extends Rotation {
  readonly core: StoreCore
  readonly operation: Operation
  readonly oldSid: Buffer
  readonly newSid: Buffer
  readonly base: LoadedVersion
}

/** A rotation gives up after this many changes by other requests. */
const ATTEMPTS = 20

/**
 * Gives a stored session another id, and keeps all other data of its row, even the date of creation. The old id can
 * still read the session for a while, and not change it. The rotation may be interrupted between any of these steps:
 *
 * 1. A row is written for the new id, which is no session yet (`rotating`): it counts nowhere, and no request knows its
 *    id. Revoking ends it as well.
 * 2. The old row is given up: it points to the new row from now on. Until then the session continues under the old id.
 * 3. The new row becomes the session. A request that reads it before, by the pointer or by its id, takes this step too.
 *
 * @returns false when the session stays under its old id: another request was quicker, or the session has expired or
 * ended
 */
export async function rotateSession(core: StoreCore, operation: Operation, rotation: Rotation): Promise<boolean> {
  const { oldId, newId, session } = rotation
  const base = loadedVersionOf(session)
  if (!base) return false
  core.freshIds.storing(newId)
  const [oldSid, newSid] = [sidOf(oldId), sidOf(newId)]
  const move: Move = { ...rotation, core, operation, oldSid, newSid, base }
  return core.turns.run(oldSid.toString('latin1'), () => carryOver(move))
}

const contentOf = ({ codec }: StoreCore, { plaintext }: StoredVersion) => codec.deserialize(plaintext) as SessionContent

async function carryOver(rotation: Move): Promise<boolean> {
  const { core, base, operation, newSid, oldSid } = rotation
  const place = new HeirSlot(core, newSid, oldSid)
  let from: StoredVersion = base
  for (let version = 1; version <= ATTEMPTS; version++) {
    await place.keepFor(core.userOf(contentOf(core, from)))
    const row = await writeHeir(rotation, from, version).catch((error) => abandon(rotation, error))
    // Another request ended the session, and this row with it.
    if (!row && version > 1) return abandon(rotation)
    if (!row) throw new UnavailableError({ cause: new Error('the new id is in use already') })
    // After the timeout the caller got an error, so the old id must stay valid.
    if (operation.deadline.isPast) return abandon(rotation, operation.deadline.fault())
    if (await giveUpOld(rotation, from)) return finish(rotation, row, from)
    const current = await stateOfOld(rotation)
    if (!current) return false
    if (!isSameLifetime(contentOf(core, current).cookie, contentOf(core, base).cookie)) return abandon(rotation)
    from = current
  }
  return abandon(rotation, new Error(`the session changed ${ATTEMPTS} times in turn`))
}

/** Ends the row of the new id, so that the session continues under the old id. */
async function abandon({ core, newSid }: Move, cause?: Error): Promise<false> {
  await endForGood(core, newSid).catch(() => {})
  if (cause) throw cause instanceof UnavailableError ? cause : new UnavailableError({ cause })
  return false
}

/** Writes the content of the old row into the new row, and repeats this after each change of the old row. */
async function writeHeir(
  { core, operation, session, oldSid, newId: id, newSid: sid }: Move,
  { createdAt, plaintext, metadata, binding }: StoredVersion,
  version: number,
): Promise<NewRow | undefined> {
  const content = core.codec.deserialize(plaintext) as SessionContent
  const held = { plaintext, lifetime: content.cookie, userId: core.userOf(content) }
  const from = { sid: oldSid, createdAt }
  const carried = {
    uses: { stored: metadata, from, visitor: noteOf(session).visitor },
    binding: { stored: binding, from },
  }
  const row = pendingRow(await sealedRow(core, operation, { sid, id, createdAt }, held, carried), version)
  const isWritten = await (version === 1
    ? core.rows.insert(row, operation.measures)
    : core.rows.replace({ ...row, version: version - 1, now: row.touchedAt }, operation.measures))
  return isWritten ? row : undefined
}

/** Replaces the content of the old row with the pointer. */
async function giveUpOld(rotation: Move, from: StoredVersion): Promise<boolean> {
  const { core, operation, oldId, oldSid: sid, newId } = rotation
  const { createdAt, version } = from
  const now = Date.now()
  const data = await sealRotationPointer(core, { sid, createdAt, id: oldId }, newId, now + core.rotationOverlap)
  const end = { endedAt: now, endReason: 'rotated', trimAt: pointerTrimTime(core.limits, createdAt, now) } as const
  const keyId = keyIdOf(data, isPointer)
  // A browser that renews its proof without its cookie knows the session by the old row alone.
  const binding = await carryBinding(core.bindingCodec, { sid, createdAt }, keyId, { stored: from.binding })
  const pointer = { sid, version, data, userId: null, keyId, metadata: null, binding, now, ...end }
  try {
    return await core.rows.replace(pointer, operation.measures)
  } catch (error) {
    const isGivenUp = await outcomeOf(rotation, from)
    if (isGivenUp) return true
    // If the outcome is unknown the new row stays, because the old row may point to it.
    if (isGivenUp === undefined) throw error
    return abandon(rotation, error as Error)
  }
}

/**
 * Whether the failed statement that gives up the old row took effect; undefined when the database does not answer. If
 * it did not, it never will, however late it arrives: it names the version of the row, and this function changes the
 * version.
 */
async function outcomeOf(rotation: Move, { version }: StoredVersion): Promise<boolean | undefined> {
  const { core, oldSid } = rotation
  try {
    const row = await core.rows.find(oldSid)
    if (row?.version !== version || row.endedAt !== null) return await pointsToHeir(rotation, row)
    const { sid, data, metadata, binding } = row
    if (await core.rows.reseal({ sid, version, data, keyId: keyIdOf(data), metadata, binding })) return false
    return await pointsToHeir(rotation, await core.rows.find(oldSid))
  } catch {
    return undefined
  }
}

async function pointsToHeir({ core, oldId, newSid }: Move, row: SessionRow | undefined): Promise<boolean> {
  return row?.endReason === 'rotated' && (await rotationPointerOf(core, row, { id: oldId })).sid.equals(newSid)
}

/** The current content of the old row; undefined when the session has expired or ended, and the new row with it. */
async function stateOfOld(rotation: Move): Promise<StoredVersion | undefined> {
  const { core, operation, oldId, oldSid, session } = rotation
  const row = await core.rows.find(oldSid, operation.measures)
  const current = row && (await openRow(core, operation, row, { id: oldId }))
  if (current && !('reason' in current)) {
    return { ...current.row, plaintext: current.plaintext, isJsonVisible: false }
  }
  if (current?.reason === 'rotated') noteOf(session).hasOldId = true
  await abandon(rotation)
  return undefined
}

/** From here on the session has its new id, even if this step fails, because the next read takes the step then. */
async function finish(move: Move, row: NewRow, from: StoredVersion): Promise<true> {
  const { core, operation, base, heir, oldId, oldSid, session } = move
  core.rotatedIds.add(oldId)
  const isBegun = await beginHeir(core, operation, row, row.userId).catch(() => true)
  // The row has changes of other requests that the live session has not: a save with this version merges them.
  const isSame = Buffer.compare(from.plaintext, base.plaintext) === 0
  // If another request began or ended the session, the response checks the id before it sends it.
  setLoadedVersion(heir, {
    ...base,
    version: isSame ? row.version + 1 : UNKNOWN_VERSION,
    metadata: row.metadata,
    binding: row.binding,
    touched: false,
    isWritten: isBegun,
  })
  const recorded = recordRotation(core, { sid: row.sid, previousSid: oldSid, session, userId: row.userId })
  if (row.userId !== null) await evictExcess(core, row.userId).catch(() => {})
  // The session has its new id, whether or not this was stored.
  await recorded?.catch(() => {})
  return true
}
