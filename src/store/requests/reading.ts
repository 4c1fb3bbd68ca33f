import type { EndReason, SessionRow } from '../../database/contract/session-database.ts'
import { isWellFormedId, sidOf } from '../../payload/session-id.ts'
import { isProven } from '../binding/shown-device.ts'
import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { restoredCookie } from '../live/cookie-lifetime.ts'
import type { FollowedRow, LoadedVersion } from '../live/live-session.ts'
import { CARRIER_KEY, carrierOf } from '../live/loaded-version.ts'
import { follow } from '../rotation/following.ts'
import { reportReuse } from '../rotation/reuse.ts'
import type { Held } from '../rotation/rotation-pointer.ts'
import { type Opened, type OpenedRow, openCurrent, refuseRow } from './opened-row.ts'
import { touchIfStale } from './touching.ts'
import { type Asker, refuseUnproven } from './unproven.ts'
import { watched } from './watching.ts'

/** The result of reading an id: a session for the host, or why there is none. */
export type Reading =
  | { session: Record<string, unknown>; reason?: never; isOldId?: never; keepsCookie?: never }
  /**
   * `isOldId`: the id was rotated, so that the browser has another cookie by now. `keepsCookie`: the cookie opens the
   * session again once the browser has renewed the proof of its device.
   */
  | { session?: never; reason: EndReason; isOldId?: boolean; keepsCookie?: boolean }

export const UNKNOWN: Reading = { reason: 'unknown' }

/** Reads the session of an id. A malformed id never reaches the database. */
export function readSession(
  core: StoreCore,
  operation: Operation,
  id: string,
  asker: Asker = {},
): Reading | Promise<Reading> {
  if (!isWellFormedId(id)) return UNKNOWN
  const found = core.rows.find(sidOf(id), operation.measures)
  return found.then((row) => (row ? readRow(core, operation, row, id, asker) : UNKNOWN))
}

/** What a row means for an id. */
export function readRow(
  core: StoreCore,
  operation: Operation,
  row: SessionRow,
  id: string,
  asker: Asker,
): Reading | Promise<Reading> {
  if (row.endReason === 'rotated') return followRotation(core, operation, row, { id }, asker)
  const opened = openCurrent(core, operation, row, { id })
  if (opened instanceof Promise) return opened.then((later) => handOver(core, operation, later, asker))
  return handOver(core, operation, opened, asker)
}

function handOver(
  core: StoreCore,
  operation: Operation,
  opened: Opened,
  asker: Asker,
  old?: { readonly followed: FollowedRow | undefined },
): Reading | Promise<Reading> {
  if ('reason' in opened) return opened
  const { row, content } = opened
  const { visitor, device } = asker
  const use = (isSuspicious: boolean) => {
    if (old) return sessionFrom(opened, { touched: false, hasOldId: true, followed: old.followed })
    const touched = touchIfStale(core, row, content.cookie, visitor, isSuspicious)
    return sessionFrom(opened, { touched, hasOldId: false })
  }
  const accept = () => (!old && visitor && core.watchesUses ? watched(core, row, visitor).then(use) : use(false))
  if (!device) return accept()
  const proven = isProven(core.tokenCodec, row, device)
  // A request without a proof touches nothing, so that it does not keep the session alive.
  const decide = (is: boolean): Reading | Promise<Reading> =>
    is ? accept() : refuseUnproven(core, operation, opened, asker)
  return proven instanceof Promise ? proven.then(decide) : decide(proven)
}

function sessionFrom(opened: OpenedRow, use: Pick<LoadedVersion, 'touched' | 'hasOldId' | 'followed'>): Reading {
  const { row, plaintext, content, isJsonVisible } = opened
  const { version, createdAt, metadata, binding } = row
  const lifetime = content.cookie
  const carrier = carrierOf({
    version,
    createdAt,
    metadata,
    binding,
    plaintext,
    lifetime,
    isJsonVisible,
    usedAt: row.touchedAt,
    isWritten: false,
    currentSid: use.hasOldId ? row.sid : undefined,
    ...use,
  })
  return { session: Object.assign(content, { cookie: restoredCookie(lifetime), [CARRIER_KEY]: carrier }) }
}

/** Reads the current session by an old id, which does not touch it. */
async function followRotation(
  core: StoreCore,
  operation: Operation,
  row: SessionRow,
  held: Held,
  asker: Asker,
): Promise<Reading> {
  try {
    const found = await follow(core, operation.measures, row, held)
    if ('isReused' in found) {
      const mayEnd = !(asker.device && row.binding) || (await isProven(core.tokenCodec, row, asker.device))
      return { reason: await reportReuse(core, row, held, { visitor: asker.visitor, mayEnd }), isOldId: true }
    }
    if ('reason' in found) return { ...found, isOldId: true }
    const { share, followed } = found
    const opened = await openCurrent(core, operation, found.row, { share })
    const reading = await handOver(core, operation, opened, asker, { followed })
    // The browser may have the cookie of a later session.
    return reading.session ? reading : { ...reading, isOldId: true }
  } catch (error) {
    return { ...refuseRow(core, row, error), isOldId: true }
  }
}
