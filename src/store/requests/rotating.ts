import type { NewRow } from '../../database/contract/session-database.ts'
import { UnavailableError } from '../../errors.ts'
import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { recordRotation } from '../history/session-changes.ts'
import type { SessionContent } from '../live/content.ts'
import { isSameLifetime } from '../live/cookie-lifetime.ts'
import { noteOf, type StoredCookie, type StoredVersion, UNKNOWN_VERSION } from '../live/live-session.ts'
import { loadedVersionOf, setLoadedVersion } from '../live/loaded-version.ts'
import { withTimes } from '../live/stored-times.ts'
import { evictExcess, HeirSlot } from '../users/max-per-user.ts'
import { abandon, contentOf, giveUpOld, type Move, type Rotation } from './giving-up.ts'
import { beginHeir, openRow } from './opened-row.ts'
import { pendingRow, sealedRow } from './sealed-row.ts'

export type { Rotation } from './giving-up.ts'

/** The most bytes that the time of a renewal takes: a session that has no space for it keeps its id. */
const RENEWAL_BYTES = 64
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
  if (!base || (rotation.isRenewal && base.plaintext.length + RENEWAL_BYTES > core.maxBytes)) return false
  core.freshIds.storing(newId)
  const { followed } = base
  const [oldSid, newSid] = [followed?.sid ?? sidOf(oldId), sidOf(newId)]
  const held = followed ? { share: followed.share } : { id: oldId }
  const move: Move = { ...rotation, core, operation, oldSid, newSid, base, held, begunAt: Date.now() }
  return core.turns.run(oldSid.toString('latin1'), () => carryOver(move))
}

async function carryOver(rotation: Move): Promise<boolean> {
  const { core, base, operation, newSid, oldSid } = rotation
  const place = new HeirSlot(core, newSid, oldSid)
  let from: StoredVersion = base
  for (let version = 1; version <= ATTEMPTS; version++) {
    await place.keepFor(core.userOf(contentOf(core, from)))
    const written = await writeHeir(rotation, from, version).catch((error) => abandon(rotation, error))
    // Another request ended the session, and this row with it.
    if (!written && version > 1) return abandon(rotation)
    if (!written) throw new UnavailableError({ cause: new Error('the new id is in use already') })
    // After the timeout the caller got an error, so the old id must stay valid.
    if (operation.deadline.isPast) return abandon(rotation, operation.deadline.fault())
    if (await giveUpOld(rotation, from)) return finish(rotation, written, from)
    const current = await stateOfOld(rotation)
    if (!current) return false
    if (!isSameLifetime(contentOf(core, current).cookie, contentOf(core, base).cookie)) return abandon(rotation)
    from = current
  }
  return abandon(rotation, new Error(`the session changed ${ATTEMPTS} times in turn`))
}

/** Writes the content of the old row into the new row, and repeats this after each change of the old row. */
async function writeHeir(
  move: Move,
  { createdAt, plaintext: stored, metadata, binding }: StoredVersion,
  version: number,
): Promise<Heir | undefined> {
  const { core, operation, session, oldSid, newId: id, newSid: sid } = move
  const content = core.codec.deserialize(stored) as SessionContent
  const plaintext = core.renewal.every === false ? stored : renewed(move, content, stored)
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
  return isWritten ? { row, plaintext, lifetime: content.cookie } : undefined
}

/** The row of the new id, with its content. */
interface Heir {
  readonly row: NewRow
  readonly plaintext: Uint8Array
  readonly lifetime: StoredCookie
}

/** The content with the time of this rotation, from which `rotateEvery` counts. */
function renewed({ core, begunAt }: Move, content: SessionContent, stored: Uint8Array): Uint8Array {
  const cookie = withTimes(content.cookie, { ...content.cookie, renewedAt: begunAt })
  const plaintext = core.codec.serialize({ ...content, cookie })
  if (plaintext.length > core.maxBytes) return stored
  content.cookie = cookie
  return plaintext
}

/** The current content of the old row; undefined when the session has expired or ended, and the new row with it. */
async function stateOfOld(rotation: Move): Promise<StoredVersion | undefined> {
  const { core, operation, held, oldSid, session } = rotation
  const row = await core.rows.find(oldSid, operation.measures)
  const current = row && (await openRow(core, operation, row, held))
  if (current && !('reason' in current)) {
    return { ...current.row, plaintext: current.plaintext, isJsonVisible: false }
  }
  if (current?.reason === 'rotated') noteOf(session).hasOldId = true
  await abandon(rotation)
  return undefined
}

/** From here on the session has its new id, even if this step fails, because the next read takes the step then. */
async function finish(move: Move, { row, plaintext, lifetime }: Heir, from: StoredVersion): Promise<true> {
  const { core, operation, base, heir, oldId, oldSid, session, isRenewal } = move
  core.rotatedIds.add(oldId)
  const isBegun = await beginHeir(core, operation, row, row.userId).catch(() => true)
  // The row has changes of other requests that the live session has not: a save with this version merges them.
  const isSame = Buffer.compare(from.plaintext, base.plaintext) === 0
  // If another request began or ended the session, the response checks the id before it sends it.
  setLoadedVersion(heir, {
    ...base,
    ...(isSame && { plaintext, lifetime }),
    version: isSame ? row.version + 1 : UNKNOWN_VERSION,
    hasOldId: false,
    followed: undefined,
    metadata: row.metadata,
    binding: row.binding,
    touched: false,
    isWritten: isBegun,
  })
  const recorded = recordRotation(core, { sid: row.sid, previousSid: oldSid, session, userId: row.userId, isRenewal })
  if (row.userId !== null) await evictExcess(core, row.userId).catch(() => {})
  // The session has its new id, whether or not this was stored.
  await recorded?.catch(() => {})
  return true
}
