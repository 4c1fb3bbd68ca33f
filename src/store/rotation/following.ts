import type { SessionRow } from '../../database/contract/session-database.ts'
import type { Measures } from '../../instruments/measures.ts'
import type { StoreCore } from '../core/core.ts'
import type { FollowedRow } from '../live/live-session.ts'
import { type Held, type RotationPointer, rotationPointerOf } from './rotation-pointer.ts'

/** Where an old id leads. */
export type Followed =
  /** To the current row of its session. `followed` is absent where the old id may only read it. */
  | { readonly row: SessionRow; readonly share: Buffer | undefined; readonly followed?: FollowedRow }
  /** Nowhere: its time is over, or the session is gone. */
  | { readonly reason: 'rotated' | 'unknown' }
  /** Nowhere: the ids after it are in use, so two parties hold the session. */
  | { readonly isReused: true }

/**
 * Follows a rotated id to the current row of its session. Until the end of its overlap the old id is as good as the new
 * one. Afterwards the id that is used first goes on: if the new id was not used since, its cookie never arrived. An id
 * that was replaced because of that, and is used all the same, had arrived at another party.
 *
 * @throws `UnreadablePayload` when a row does not show the new id
 */
export async function follow(
  core: StoreCore,
  measures: Measures | undefined,
  first: SessionRow,
  held: Held,
): Promise<Followed> {
  let pointer = await rotationPointerOf(core, first, held)
  let mayChange = true
  if (pointer.wasUnused && Date.now() >= pointer.until) return { isReused: true }
  for (;;) {
    const { sid, share, until, isRenewal } = pointer
    const row = await core.rows.find(sid, measures)
    if (!row) return { reason: 'unknown' }
    const next = row.endReason === 'rotated' ? await rotationPointerOf(core, row, { share }) : undefined
    mayChange &&= isRenewal
    const isUnused = Date.now() >= until
    if (isUnused && isUsed(row, until, next)) return { isReused: true }
    if (isUnused && !isRenewal) return { reason: 'rotated' }
    if (!next) return { row, share, ...(mayChange && { followed: { sid, share, isUnused } }) }
    pointer = next
  }
}

/** Whether the id of a row was used after the overlap with the id before it. */
function isUsed({ touchedAt }: SessionRow, until: number, next: RotationPointer | undefined): boolean {
  return next ? !next.wasUnused : touchedAt > until
}

/**
 * The current row of a session whose id `rotateEvery` renewed while a request ran: the request was admitted, so its
 * changes are stored, however long it took. Undefined if the application rotated the id.
 *
 * @throws `UnreadablePayload` when a row does not show the new id
 */
export async function renewedRow(
  core: StoreCore,
  measures: Measures | undefined,
  first: SessionRow,
  held: Held,
): Promise<{ readonly row: SessionRow; readonly followed: FollowedRow } | undefined> {
  let [row, known] = [first, held]
  while (row.endReason === 'rotated') {
    const { sid, share, isRenewal } = await rotationPointerOf(core, row, known)
    const next = isRenewal ? await core.rows.find(sid, measures) : undefined
    if (!next) return undefined
    ;[row, known] = [next, { share }]
  }
  return { row, followed: { sid: row.sid, share: known.share, isUnused: false } }
}
