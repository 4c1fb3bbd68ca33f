import type { EndReason, SessionRow } from '../../database/contract/session-database.ts'
import { isWellFormedId, sidOf } from '../../payload/session-id.ts'
import { isProven } from '../binding/shown-device.ts'
import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { restoredCookie } from '../live/cookie-lifetime.ts'
import type { LoadedVersion } from '../live/live-session.ts'
import { CARRIER_KEY, carrierOf } from '../live/loaded-version.ts'
import { type Opened, type OpenedRow, openCurrent, refuseRow } from './opened-row.ts'
import { type Held, rotationPointerOf } from './rotation-pointer.ts'
import { touchIfStale } from './touching.ts'
import { type Asker, refuseUnproven } from './unproven.ts'

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
  hasOldId = false,
): Reading | Promise<Reading> {
  if ('reason' in opened) return opened
  const { row, content } = opened
  const accept = () => {
    const touched = !hasOldId && touchIfStale(core, row, content.cookie, asker.visitor)
    return sessionFrom(opened, { touched, hasOldId })
  }
  if (!asker.device) return accept()
  const proven = isProven(core.tokenCodec, row, asker.device)
  // A request without a proof touches nothing, so that it does not keep the session alive.
  const decide = (is: boolean): Reading | Promise<Reading> =>
    is ? accept() : refuseUnproven(core, operation, opened, asker)
  return proven instanceof Promise ? proven.then(decide) : decide(proven)
}

function sessionFrom(opened: OpenedRow, use: Pick<LoadedVersion, 'touched' | 'hasOldId'>): Reading {
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

/** Reads the current session by an old id, which neither touches the session nor may change it. */
async function followRotation(
  core: StoreCore,
  operation: Operation,
  row: SessionRow,
  held: Held,
  asker: Asker,
): Promise<Reading> {
  try {
    const { sid, share, until } = await rotationPointerOf(core, row, held)
    if (Date.now() >= until) return { reason: 'rotated', isOldId: true }
    const next = await core.rows.find(sid, operation.measures)
    if (!next) return { reason: 'unknown', isOldId: true }
    if (next.endReason === 'rotated') return followRotation(core, operation, next, { share }, asker)
    const opened = await openCurrent(core, operation, next, { share })
    const reading = await handOver(core, operation, opened, asker, true)
    // The browser may have the cookie of a later session.
    return reading.session ? reading : { ...reading, isOldId: true }
  } catch (error) {
    return { ...refuseRow(core, row, error), isOldId: true }
  }
}
