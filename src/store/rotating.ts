import { UnavailableError } from '../errors.ts'
import { keyIdOf } from '../payload/sealed-payload.ts'
import { sidOf } from '../payload/session-id.ts'
import type { LiveSession, SessionContent } from './content.ts'
import type { StoreCore } from './core.ts'
import { endNow } from './ending.ts'
import { noteFormer } from './former.ts'
import { deadlineOf, trimTime } from './lifetime.ts'
import { type Provenance, provenanceOf, type StoredVersion, setProvenance } from './provenance.ts'
import { openRow } from './reading.ts'
import { sealSuccessor, successorOf } from './successor.ts'
import { addPlace } from './user-places.ts'

/** A session on its way to another id. */
export interface Rotation {
  readonly oldId: string
  readonly newId: string
  /** The live session under its old id. */
  readonly session: LiveSession
  /** The same session, as the host made it for the new id. */
  readonly heir: LiveSession
}

/** Changes of others during one rotation after which it gives up. */
const ATTEMPTS = 20

/**
 * Gives a stored session another id, with everything that its row has, its date of creation too. The old id reads it for
 * a while, and no more.
 *
 * The new row is written before the old one is given up, and nobody knows its id before that: whatever fails in between,
 * the old id goes on. Ending the session under its old id meanwhile wins.
 *
 * @returns false when the session stays under its old id: another request was quicker, or the session is over
 */
export async function rotateSession(core: StoreCore, rotation: Rotation): Promise<boolean> {
  const { oldId, newId, session } = rotation
  core.rotation.isSeen = true
  const base = provenanceOf(session)
  if (!base) return false
  core.freshIds.storing(newId)
  const userId = core.userOf(core.codec.deserialize(base.plaintext) as SessionContent)
  if (core.userLimit?.evict === 'refuse' && userId !== null) await addPlace(core, userId, sidOf(newId))
  return core.lanes.run(sidOf(oldId).toString('latin1'), () => move(core, rotation, base))
}

async function move(core: StoreCore, rotation: Rotation, base: Provenance): Promise<boolean> {
  const { oldId, newId, heir } = rotation
  const newSid = sidOf(newId)
  let from: StoredVersion = base
  for (let version = 1; version <= ATTEMPTS; version++) {
    if (!(await writeHeir(core, newId, from, version))) break
    if (await giveUpOld(core, rotation, from)) {
      // Others' changes are in the row and not in the live session: a save under this version merges them.
      const isSame = Buffer.compare(from.plaintext, base.plaintext) === 0
      setProvenance(heir, { ...base, version: isSame ? version : 0, touched: false })
      return true
    }
    const row = await core.findRow(sidOf(oldId))
    const current = row && (await openRow(core, row, oldId))
    if (!current || 'reason' in current) {
      if (current?.reason === 'rotated') noteFormer(rotation.session)
      await core.database.end(newSid, endNow(core, 'destroyed'))
      return false
    }
    from = { ...current.row, plaintext: current.plaintext, isTransparent: false }
  }
  await core.database.end(newSid, endNow(core, 'destroyed'))
  throw new UnavailableError({ cause: new Error('the new id was in use already, or the session changed all the time') })
}

/** Writes what the old row holds into the new one, anew after each change of the old one. */
async function writeHeir(core: StoreCore, id: string, from: StoredVersion, version: number): Promise<boolean> {
  const { createdAt, plaintext } = from
  const content = core.codec.deserialize(plaintext) as SessionContent
  const sid = sidOf(id)
  const now = Date.now()
  const data = await core.codec.seal({ sid, createdAt, id }, plaintext)
  const expiresAt = deadlineOf(core.limits, content.cookie, createdAt, now)
  const times = { touchedAt: now, expiresAt, trimAt: trimTime(core.limits, expiresAt) }
  const row = { sid, data, keyId: keyIdOf(data), userId: core.userOf(content), ...times }
  if (version > 1) return core.database.update({ ...row, version: version - 1, now })
  return core.database.insert({ ...row, version, createdAt, endedAt: null, endReason: null })
}

/** Puts the pointer in place of what the old row held. */
async function giveUpOld(core: StoreCore, { oldId, newId }: Rotation, from: StoredVersion): Promise<boolean> {
  const place = { sid: sidOf(oldId), createdAt: from.createdAt, id: oldId }
  const endedAt = Date.now()
  const until = endedAt + core.rotation.overlap
  const data = await sealSuccessor(core, place, newId, until)
  const mark = { endedAt, endReason: 'rotated', trimAt: trimTime(core.limits, until) } as const
  try {
    return await core.database.replace({ sid: place.sid, version: from.version, data, ...mark })
  } catch (error) {
    if (await isGivenUp(core, oldId, newId)) return true
    await core.database.end(sidOf(newId), endNow(core, 'destroyed')).catch(() => {})
    throw error
  }
}

/** Whether a statement that failed had its effect all the same. */
async function isGivenUp(core: StoreCore, oldId: string, newId: string): Promise<boolean> {
  try {
    const row = await core.findRow(sidOf(oldId))
    return row?.endReason === 'rotated' && (await successorOf(core, row, { id: oldId })).sid.equals(sidOf(newId))
  } catch {
    return false
  }
}
