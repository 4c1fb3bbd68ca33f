import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionRow } from '../database/session-database.ts'
import { TooManySessionsError, UnavailableError } from '../errors.ts'
import { UnreadablePayload } from '../payload/sealed-payload.ts'
import { sidOf } from '../payload/session-id.ts'
import type { StoreCore } from './core.ts'
import { reasonOver, trimTime } from './lifetime.ts'
import { listingOf } from './listing.ts'
import { momentOf } from './session-filter.ts'

/*
 * The places of a user: one row for each user, which is no session. It lists who was let in, and changes by
 * compare-and-set, so that of any number who come at once exactly those are let in for whom there is a place, with no
 * lock and no transaction over two rows. Its key is the hash of a text that no cookie can hold. Each place is
 *
 *   sid 32 B | when it was taken 8 B (BE), epoch milliseconds
 */
const SID_BYTES = 32
const PLACE_BYTES = 40
const DAY_MS = 86_400_000
/** Sessions that a user may have had before there was a limit, as far as they are counted. */
const MOST_LISTED = 2_000
/** A session that is let in may not be stored yet for so long. */
const STORING_MS = 60_000
const ATTEMPTS = 100
const LONGEST_PAUSE_MS = 50

interface Place {
  readonly sid: Buffer
  readonly at: number
}

/** Makes the places that are taken those that shall be. */
type Change = (taken: readonly Place[]) => readonly Place[]

/**
 * Takes a place for a session before it becomes that of a user.
 *
 * @throws `FST_STORED_SESSION_TOO_MANY` when all are taken
 */
export function takePlace(core: StoreCore, userId: string, sid: Buffer, most: number): Promise<void> {
  return changePlaces(core, userId, (taken) => {
    const others = without(taken, sid)
    if (others.length >= most) throw new TooManySessionsError(most)
    return [...others, { sid, at: Date.now() }]
  })
}

/** Gives back the place of a session that is no longer that of a user. Those of sessions that are over are free as it is. */
export function leavePlace(core: StoreCore, userId: string, sid: Buffer): Promise<void> {
  return changePlaces(core, userId, (taken) => without(taken, sid))
}

/** Adds a place for the new id of a session that has one: that of the old id is free as soon as it is given up. */
export function addPlace(core: StoreCore, userId: string, sid: Buffer): Promise<void> {
  return changePlaces(core, userId, (taken) => [...taken, { sid, at: Date.now() }])
}

const without = (places: readonly Place[], sid: Buffer) => places.filter((place) => !place.sid.equals(sid))

async function changePlaces(core: StoreCore, userId: string, change: Change): Promise<void> {
  const sid = sidOf(`stored-session/places\0${userId}`)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const [row] = await core.database.read([sid])
    const taken = row ? await takenIn(core, row, userId) : await placesOfLive(core, userId)
    if (await write(core, sid, row, change(taken))) return
    await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt))
  }
  throw new UnavailableError({ cause: new Error(`the places of a user changed ${ATTEMPTS} times in turn`) })
}

async function write(
  core: StoreCore,
  sid: Buffer,
  row: SessionRow | undefined,
  places: readonly Place[],
): Promise<boolean> {
  const now = Date.now()
  const createdAt = row?.createdAt ?? now
  const data = await core.codec.sealPointer({ sid, createdAt }, Buffer.concat(places.map(toBytes)))
  // When it is trimmed it is made anew from the sessions that there are.
  const marks = { sid, data, endedAt: now, endReason: null, trimAt: trimTime(core.limits, now + DAY_MS) }
  if (row) return core.database.replace({ ...marks, version: row.version })
  const times = { createdAt, touchedAt: now, expiresAt: now }
  return core.database.insert({ ...marks, ...times, version: 1, userId: null, keyId: null })
}

/** The places that are taken; where the list does not open, those of all sessions of the user. */
async function takenIn(core: StoreCore, row: SessionRow, userId: string): Promise<Place[]> {
  try {
    const bytes = await core.codec.openPointer(row, row.data)
    const places = Array.from({ length: bytes.length / PLACE_BYTES }, (_, index) =>
      fromBytes(bytes, index * PLACE_BYTES),
    )
    const rows = places.length > 0 ? await core.database.read(places.map(({ sid }) => sid)) : []
    return places.filter((place) => isTaken(core, place, rows))
  } catch (error) {
    if (error instanceof UnreadablePayload) return placesOfLive(core, userId)
    throw error
  }
}

function isTaken({ limits }: StoreCore, { sid, at }: Place, rows: readonly SessionRow[]): boolean {
  const now = Date.now()
  const row = rows.find((one) => one.sid.equals(sid))
  return row ? reasonOver(limits, row, now) === undefined : now - at < STORING_MS
}

async function placesOfLive(core: StoreCore, userId: string): Promise<Place[]> {
  const state = { is: 'live', ...momentOf(core.limits) } as const
  const rows = await listingOf(core).list({ userId, state }, undefined, MOST_LISTED)
  return rows.map(({ sid }) => ({ sid, at: Date.now() }))
}

function toBytes({ sid, at }: Place): Buffer {
  const bytes = Buffer.alloc(PLACE_BYTES)
  sid.copy(bytes)
  bytes.writeBigUInt64BE(BigInt(at), SID_BYTES)
  return bytes
}

function fromBytes(bytes: Buffer, start: number): Place {
  const sid = bytes.subarray(start, start + SID_BYTES)
  return { sid, at: Number(bytes.readBigUInt64BE(start + SID_BYTES)) }
}
