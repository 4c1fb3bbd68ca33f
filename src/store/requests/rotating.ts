import type { NewRow, SessionRow } from '../../database/contract/session-database.ts'
import { UnavailableError } from '../../errors.ts'
import { isPointer, keyIdOf } from '../../payload/sealed-payload.ts'
import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { pointerTrimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
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
import { beginHeir, openRow } from './reading.ts'
import { rotationPointerOf, sealRotationPointer } from './rotation-pointer.ts'
import { pendingRow, sealedRow } from './sealed-row.ts'

/** A session on its way to another id. */
export interface Rotation {
  readonly oldId: string
  readonly newId: string
  /** The live session under its old id. */
  readonly session: LiveSession
  /** The same session, as the host made it for the new id. */
  readonly heir: LiveSession
}

/** A rotation that is under way. */
interface Move extends Rotation {
  readonly core: StoreCore
  readonly operation: Operation
  readonly oldSid: Buffer
  readonly newSid: Buffer
  readonly base: LoadedVersion
}

/** Changes of others during one rotation after which it gives up. */
const ATTEMPTS = 20

/**
 * Gives a stored session another id, with everything that its row has, its date of creation too. The old id reads it for
 * a while, and no more. In steps that may stop anywhere:
 *
 * 1. A row is written for the new id, which is no session yet (`rotating`): it counts nowhere, and nobody knows its id.
 *    Revoking ends it all the same.
 * 2. The old row is given up: it points to the new one from now on. Until then the session continues under the old id.
 * 3. The new row becomes the session. Whoever comes to it before, by the pointer or by its id, does so too.
 *
 * @returns false when the session stays under its old id: another request was quicker, or the session has expired or ended
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
    // Somebody ended the session, and this row with it.
    if (!row && version > 1) return abandon(rotation)
    if (!row) throw new UnavailableError({ cause: new Error('the new id is in use already') })
    // After its time the caller was told that the old id goes on.
    if (operation.deadline.isPast) return abandon(rotation, operation.deadline.fault())
    if (await giveUpOld(rotation, from)) return finish(rotation, row, from)
    const current = await stateOfOld(rotation)
    if (!current) return false
    if (!isSameLifetime(contentOf(core, current).cookie, contentOf(core, base).cookie)) return abandon(rotation)
    from = current
  }
  return abandon(rotation, new Error(`the session changed ${ATTEMPTS} times in turn`))
}

/** Ends what was written for the new id: the session continues under the old one. */
async function abandon({ core, newSid }: Move, cause?: Error): Promise<false> {
  await endForGood(core, newSid).catch(() => {})
  if (cause) throw cause instanceof UnavailableError ? cause : new UnavailableError({ cause })
  return false
}

/** Writes what the old row holds into the new one, again after each change of the old one. */
async function writeHeir(
  { core, operation, newId: id, newSid: sid }: Move,
  { createdAt, plaintext }: StoredVersion,
  version: number,
): Promise<NewRow | undefined> {
  const content = core.codec.deserialize(plaintext) as SessionContent
  const held = { plaintext, lifetime: content.cookie, userId: core.userOf(content) }
  const row = pendingRow(await sealedRow(core, operation, { sid, id, createdAt }, held), version)
  const isWritten = await (version === 1
    ? core.rows.insert(row, operation.measures)
    : core.rows.replace({ ...row, version: version - 1, now: row.touchedAt }, operation.measures))
  return isWritten ? row : undefined
}

/** Puts the pointer in place of what the old row held. */
async function giveUpOld(rotation: Move, from: StoredVersion): Promise<boolean> {
  const { core, operation, oldId, oldSid: sid, newId } = rotation
  const { createdAt, version } = from
  const now = Date.now()
  const data = await sealRotationPointer(core, { sid, createdAt, id: oldId }, newId, now + core.rotationOverlap)
  const end = { endedAt: now, endReason: 'rotated', trimAt: pointerTrimTime(core.limits, createdAt, now) } as const
  const pointer = { sid, version, data, userId: null, keyId: keyIdOf(data, isPointer), now, ...end }
  try {
    return await core.rows.replace(pointer, operation.measures)
  } catch (error) {
    const isGivenUp = await outcomeOf(rotation, from)
    if (isGivenUp) return true
    // Where nothing can be found out the new row stays: the old one may point to it.
    if (isGivenUp === undefined) throw error
    return abandon(rotation, error as Error)
  }
}

/**
 * Whether the statement that gave the old row up had its effect, though it failed; undefined when the database does not
 * tell. If it had none it never will, however late it comes: it is bound to the version of the row, which is made another.
 */
async function outcomeOf(rotation: Move, { version }: StoredVersion): Promise<boolean | undefined> {
  const { core, oldSid } = rotation
  try {
    const row = await core.rows.find(oldSid)
    if (row?.version !== version || row.endedAt !== null) return await pointsToHeir(rotation, row)
    const { sid, data } = row
    if (await core.rows.reseal({ sid, version, data, keyId: keyIdOf(data) })) return false
    return await pointsToHeir(rotation, await core.rows.find(oldSid))
  } catch {
    return undefined
  }
}

async function pointsToHeir({ core, oldId, newSid }: Move, row: SessionRow | undefined): Promise<boolean> {
  return row?.endReason === 'rotated' && (await rotationPointerOf(core, row, { id: oldId })).sid.equals(newSid)
}

/** What the old row holds by now; undefined when the session has expired or ended, and the new row with it. */
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

/** From here on the session has its new id, whatever fails: who reads it takes this step otherwise. */
async function finish({ core, operation, base, heir, oldId }: Move, row: NewRow, from: StoredVersion): Promise<true> {
  core.rotatedIds.add(oldId)
  const isBegun = await beginHeir(core, operation, row, row.userId).catch(() => true)
  // Others' changes are in the row and not in the live session: a save under this version merges them.
  const isSame = Buffer.compare(from.plaintext, base.plaintext) === 0
  // When somebody else began it, or ended it, the response asks before it sends the id.
  setLoadedVersion(heir, {
    ...base,
    version: isSame ? row.version + 1 : UNKNOWN_VERSION,
    touched: false,
    isWritten: isBegun,
  })
  if (row.userId !== null) await evictExcess(core, row.userId).catch(() => {})
  return true
}
