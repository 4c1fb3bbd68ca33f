import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionRow, StoredEndReason } from '../../database/contract/session-database.ts'
import { TooManySessionsError, UnavailableError } from '../../errors.ts'
import { isPointer, keyIdOf, UnreadablePayload } from '../../payload/sealed-payload.ts'
import { sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { listingOf, momentOf } from '../core/core.ts'
import { reasonOver, trimTime } from '../core/lifetime.ts'

/*
 * With `evict: 'refuse'` every live session of a user takes a place, and so does every reservation for a session that
 * is about to belong to the user. One row for each user, which is no session, lists the reservations. It changes by
 * compare-and-set, so that concurrent sign-ins get exactly the free places, with no lock and no transaction over two
 * rows. Its key is the hash of a text that no cookie can hold. Each reservation is
 *
 *   sid 32 B | sid whose place it continues, or zeros 32 B | when it was made 8 B (BE), epoch milliseconds
 */
const SID_BYTES = 32
const RESERVATION_BYTES = 72
const NONE = Buffer.alloc(SID_BYTES)
const DAY_MS = 86_400_000
/** A reservation expires after this time, because its request would have stored a session by then. Milliseconds. */
const RESERVED_MS = 60_000
const ATTEMPTS = 100
const LONGEST_PAUSE_MS = 50

interface Reservation {
  readonly sid: Buffer
  readonly insteadOf: Buffer
  readonly at: number
}

/** Returns the new reservations for the present ones. */
type Change = (present: readonly Reservation[]) => Promise<readonly Reservation[]>

/**
 * Takes a place for a session before it belongs to a user.
 *
 * @throws `FST_STORED_SESSION_TOO_MANY` when all places are taken
 */
export function takeSlot(core: StoreCore, userId: string, sid: Buffer, most: number): Promise<void> {
  return changeReservations(core, userId, async (present) => {
    const others = without(present, sid)
    // Counted after the reservations were read, because a session that is no longer among them is stored by now.
    if ((await placesTaken(core, userId, sid, others, most)) >= most) throw new TooManySessionsError(most)
    return [...others, { sid, insteadOf: NONE, at: Date.now() }]
  })
}

/** Releases a reserved place that is not needed. */
export function dropReservation(core: StoreCore, userId: string, sid: Buffer): Promise<void> {
  return changeReservations(core, userId, async (present) => without(present, sid))
}

/** Reserves the place of a session for its new id. */
export function addReservation(core: StoreCore, userId: string, sid: Buffer, insteadOf: Buffer): Promise<void> {
  return changeReservations(core, userId, async (present) => [...present, { sid, insteadOf, at: Date.now() }])
}

const without = (reservations: readonly Reservation[], sid: Buffer) =>
  reservations.filter((reservation) => !reservation.sid.equals(sid))

/** The number of places that other sessions take, up to `most`. */
async function placesTaken(
  core: StoreCore,
  userId: string,
  sid: Buffer,
  reservations: readonly Reservation[],
  most: number,
): Promise<number> {
  const state = { is: 'live', ...momentOf(core.limits) } as const
  const listed = await listingOf(core).list({ userId, state, exceptSid: sid }, undefined, most)
  if (listed.length >= most) return most
  const isLive = (one: Buffer) => listed.some((row) => row.sid.equals(one))
  const open = reservations.filter((one) => !isLive(one.sid) && !isLive(one.insteadOf))
  const sids = open.flatMap(({ sid: own, insteadOf }) => [own, insteadOf])
  const rows = sids.length > 0 ? await core.database.read(sids) : []
  const isOver = (one: Buffer, stillCounts: StoredEndReason) => {
    const row = rowOf(rows, one)
    return row && row.endReason !== stillCounts && reasonOver(core.limits, row, Date.now()) !== undefined
  }
  // A rotation fails when its old row was ended and not given up, so it takes no place.
  const held = open.filter(({ sid: own, insteadOf }) => !isOver(own, 'rotating') && !isOver(insteadOf, 'rotated'))
  // Only one of the concurrent rotations of a session succeeds, so all of them share one place, or its new row has it.
  const isSession = (one: Buffer) => isLive(one) || rowOf(rows, one)?.endReason === 'rotated'
  const succeeded = reservations.filter((one) => isRotation(one) && isSession(one.sid)).map(placeOf)
  const places = held.map(placeOf).filter((place) => !succeeded.includes(place))
  return listed.length + new Set(places).size
}

const rowOf = (rows: readonly SessionRow[], sid: Buffer) => rows.find((row) => row.sid.equals(sid))

const isRotation = ({ insteadOf }: Reservation) => !insteadOf.equals(NONE)

const placeOf = (one: Reservation) => (isRotation(one) ? one.insteadOf : one.sid).toString('latin1')

async function changeReservations(core: StoreCore, userId: string, change: Change): Promise<void> {
  const sid = sidOf(`stored-session/reservations\0${userId}`)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const [row] = await core.database.read([sid])
    const present = row ? await reservationsIn(core, row) : []
    if (await write(core, sid, row, await change(present))) return
    await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
  }
  throw new UnavailableError({ cause: new Error(`the places of a user changed ${ATTEMPTS} times in turn`) })
}

async function write(
  core: StoreCore,
  sid: Buffer,
  row: SessionRow | undefined,
  reservations: readonly Reservation[],
): Promise<boolean> {
  const now = Date.now()
  const createdAt = row?.createdAt ?? now
  const data = await core.codec.sealPointer({ sid, createdAt }, Buffer.concat(reservations.map(toBytes)))
  const owner = { userId: null, keyId: keyIdOf(data, isPointer) }
  const marks = {
    sid,
    data,
    ...owner,
    endedAt: now,
    endReason: null,
    metadata: null,
    binding: null,
    trimAt: trimTime(core.limits, now + DAY_MS),
  }
  if (row) return core.rows.replace({ ...marks, version: row.version, now })
  return core.rows.insert({ ...marks, createdAt, touchedAt: now, expiresAt: now, version: 1 })
}

/** The reservations that have not expired; none if the list cannot be opened. */
async function reservationsIn(core: StoreCore, row: SessionRow): Promise<Reservation[]> {
  try {
    const bytes = await core.codec.openPointer(row, row.data)
    const count = Math.floor(bytes.length / RESERVATION_BYTES)
    const all = Array.from({ length: count }, (_, index) => fromBytes(bytes, index * RESERVATION_BYTES))
    return all.filter(({ at }) => Date.now() - at < RESERVED_MS)
  } catch (error) {
    if (error instanceof UnreadablePayload) return []
    throw error
  }
}

function toBytes({ sid, insteadOf, at }: Reservation): Buffer {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(at))
  return Buffer.concat([sid, insteadOf, time])
}

function fromBytes(bytes: Buffer, start: number): Reservation {
  const insteadOfAt = start + SID_BYTES
  const timeAt = insteadOfAt + SID_BYTES
  return {
    sid: bytes.subarray(start, insteadOfAt),
    insteadOf: bytes.subarray(insteadOfAt, timeAt),
    at: Number(bytes.readBigUInt64BE(timeAt)),
  }
}
