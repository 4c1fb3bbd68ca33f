import type { SessionRow } from '../../database/contract/session-database.ts'
import { UnavailableError } from '../../errors.ts'
import { isPointer, keyIdOf } from '../../payload/sealed-payload.ts'
import { carryBinding } from '../binding/carried-binding.ts'
import type { StoreCore } from '../core/core.ts'
import { deadlineOf, pointerTrimTime, renewalTrimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import type { SessionContent } from '../live/content.ts'
import type { LiveSession, LoadedVersion, StoredVersion } from '../live/live-session.ts'
import { type Held, rotationPointerOf, sealRotationPointer } from '../rotation/rotation-pointer.ts'
import { endForGood } from './ending.ts'

/** A session that gets another id. */
export interface Rotation {
  readonly oldId: string
  readonly newId: string
  /** The live session under its old id. */
  readonly session: LiveSession
  /** The same session, as the host made it for the new id. */
  readonly heir: LiveSession
  /** Whether `rotateEvery` rotates the id, and not the application. */
  readonly isRenewal?: boolean
}

/** A running rotation. */
export interface Move extends Rotation {
  readonly core: StoreCore
  readonly operation: Operation
  readonly oldSid: Buffer
  readonly newSid: Buffer
  readonly base: LoadedVersion
  /** What the request knows of the id of the old row: the request may hold an earlier id. */
  readonly held: Held
  /** Epoch milliseconds. */
  readonly begunAt: number
}

export const contentOf = ({ codec }: StoreCore, { plaintext }: StoredVersion) =>
  codec.deserialize(plaintext) as SessionContent

/** Ends the row of the new id, so that the session continues under the old id. */
export async function abandon({ core, newSid }: Move, cause?: Error): Promise<false> {
  await endForGood(core, newSid).catch(() => {})
  if (cause) throw cause instanceof UnavailableError ? cause : new UnavailableError({ cause })
  return false
}

/** Replaces the content of the old row with the pointer. */
export async function giveUpOld(rotation: Move, from: StoredVersion): Promise<boolean> {
  const { core, operation, oldSid: sid, newId, held, begunAt, isRenewal = false, base } = rotation
  const { createdAt, version } = from
  const now = Date.now()
  const until = begunAt + core.rotationOverlap
  const fields = { until, isRenewal, wasUnused: base.followed !== undefined }
  const data = await sealRotationPointer(core, { sid, createdAt, ...held }, newId, fields)
  const end = { endedAt: now, endReason: 'rotated', trimAt: trimTimeOf(rotation, from) } as const
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

function trimTimeOf({ core, isRenewal, begunAt }: Move, from: StoredVersion): number {
  const { createdAt } = from
  if (!isRenewal) return pointerTrimTime(core.limits, createdAt, begunAt)
  const expiresAt = deadlineOf(core.limits, contentOf(core, from).cookie, createdAt, begunAt)
  return renewalTrimTime(core.limits, createdAt, begunAt, expiresAt)
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

async function pointsToHeir({ core, held, newSid }: Move, row: SessionRow | undefined): Promise<boolean> {
  return row?.endReason === 'rotated' && (await rotationPointerOf(core, row, held)).sid.equals(newSid)
}
