import assert from 'node:assert/strict'
import type {
  NewRow,
  RowChange,
  RowTouch,
  SessionDatabase,
  SessionRow,
} from '../../database/contract/session-database.ts'
import { newSessionId, sidOf } from '../../payload/session-id.ts'

export const HOUR_MS = 3_600_000

/** Creates a check that runs on the one storage of a contract. */
export type StorageCheck = (name: string, run: (storage: SessionDatabase) => Promise<void>) => ContractCheck

export const newSid = (): Buffer => sidOf(newSessionId())

/** A key that no other check seals with. */
export const newKeyId = (): number => newSid().readUInt32BE()

/** A user that no other check has. */
export const newUser = (): string => `user ${newSessionId()}`

/** A live row with a unique key. */
export function newRow(changes: Partial<NewRow> = {}): NewRow {
  const now = Date.now()
  const times = { createdAt: now, touchedAt: now, expiresAt: now + HOUR_MS, trimAt: now + 2 * HOUR_MS }
  const data = Buffer.from(`sealed ${newSessionId()}`)
  return {
    ...times,
    sid: newSid(),
    data,
    version: 1,
    endedAt: null,
    endReason: null,
    userId: null,
    keyId: 1,
    metadata: null,
    binding: null,
    ...changes,
  }
}

/** A row that the storage has accepted. */
export async function stored(storage: SessionDatabase, changes: Partial<NewRow> = {}): Promise<NewRow> {
  const row = newRow(changes)
  assert.equal(await storage.insert(row), true, 'insert() of a new key must be true')
  return row
}

/** A stored row that has ended. */
export async function ended(storage: SessionDatabase, changes: Partial<NewRow> = {}): Promise<NewRow> {
  const row = await stored(storage, changes)
  assert.equal(await storage.end(row.sid, newEnd()), true, 'end() of a live row must be true')
  return row
}

export function newEnd(endReason: 'destroyed' | 'revoked' | 'rotated' | 'rotating' = 'destroyed') {
  const endedAt = Date.now()
  return { endedAt, endReason, trimAt: endedAt + HOUR_MS, metadata: null, binding: null }
}

/** New content for a row, an hour later. */
export function changeOf(row: NewRow, changes: Partial<RowChange> = {}): RowChange {
  const { sid, version, userId } = row
  const data = Buffer.from(`changed ${newSessionId()}`)
  return {
    ...laterTimes(row),
    sid,
    version,
    userId,
    data,
    keyId: 2,
    metadata: null,
    binding: null,
    now: row.touchedAt + 1,
    ...changes,
  }
}

export function touchOf(row: NewRow, changes: Partial<RowTouch> = {}): RowTouch {
  return { ...laterTimes(row), sid: row.sid, version: row.version, metadata: null, ...changes }
}

function laterTimes({ touchedAt, expiresAt, trimAt }: NewRow) {
  return { touchedAt: touchedAt + 60_000, expiresAt: expiresAt + 60_000, trimAt: trimAt + HOUR_MS }
}

export async function find(storage: SessionDatabase, sid: Buffer): Promise<SessionRow | undefined> {
  const rows = await storage.read([sid])
  assert.ok(rows.length <= 1, 'read() of one key yields several rows')
  return rows[0]
}

/** Fails unless the storage holds exactly the expected row. */
export async function assertStored(storage: SessionDatabase, expected: SessionRow, changes: Partial<SessionRow> = {}) {
  const row = await find(storage, expected.sid)
  assert.ok(row, 'read() does not find a row that is there')
  assert.deepEqual(readable(row), readable({ ...expected, ...changes }))
}

/** The fields that a read returns. */
function readable({ sid, data, version, createdAt, touchedAt, expiresAt, endedAt, endReason, metadata }: SessionRow) {
  const bytes = { sid: Buffer.from(sid), data: Buffer.from(data), metadata: metadata ? Buffer.from(metadata) : null }
  return { ...bytes, version, createdAt, touchedAt, expiresAt, endedAt, endReason }
}

/** The number of true answers. */
export async function countTrue(answers: readonly Promise<boolean>[]): Promise<number> {
  return (await Promise.all(answers)).filter((answer) => answer === true).length
}

/**
 * One requirement of a contract, for any test runner: pass both fields unchanged to the `test` of node:test, Vitest,
 * Jest or Mocha.
 */
export interface ContractCheck {
  /** The requirement, as a sentence that is the name of a test. */
  readonly name: string
  /** Resolves when the requirement is met, and rejects with an `AssertionError` that says what failed. */
  readonly run: () => Promise<void>
}
