import type { SessionDatabase, SessionRow, TrimBatch } from '../../database/contract/session-database.ts'
import { isUnsupported } from '../../database/sql/unsupported.ts'
import { nextRandom, sidOf } from '../../payload/session-id.ts'
import type { TrimLock } from '../options/trim-options.ts'

/** Does work while no other process trims; undefined, and no work, when another one does. */
export type TrimAlone = <Result>(work: (trim: TrimBatch) => Promise<Result>) => Promise<Result | undefined>

/**
 * Takes the lock that the database has, or where it has none the lease.
 *
 * @param leaseMs - how long a lease is good without being renewed
 */
export function trimmingAlone(database: SessionDatabase, lock: TrimLock, leaseMs: number): TrimAlone {
  let needsLease = lock === 'lease'
  return async (work) => {
    if (!needsLease) {
      try {
        return await (database.trimAlone?.(work) ?? work((before, limit) => database.trim(before, limit)))
      } catch (error) {
        if (!isUnsupported(error)) throw error
        needsLease = true
      }
    }
    return underLease(database, leaseMs, work)
  }
}

/*
 * The lease of trimming, for databases without locks that all of their nodes share: one row, which is no session, and
 * changes by compare-and-set. Its key is the hash of a text that no cookie can hold. Its data is
 *
 *   holder 16 B | until when 8 B (BE), epoch milliseconds
 *
 * Whoever is killed leaves it to others when that time has come. When clocks differ by more than what is left of it, two
 * trim at once, which is wasteful and does no harm.
 */
const KEY = 'stored-session/trim\0'
const HOLDER_BYTES = 16
const LEAST_LEASE_MS = 120_000
/** The row stays for longer than any lease; nothing is lost with it. */
const ROW_MS = 86_400_000

/** How long a lease is good without being renewed: twice as long as a batch may take, and no less than two minutes. */
export const leaseOf = (batchMs: number) => Math.max(LEAST_LEASE_MS, 2 * batchMs)

/**
 * Does work while nobody else has the lease, and hands it what deletes a batch.
 *
 * @param leaseMs - how long the lease is good without being renewed
 * @returns undefined, and no work, when another process has it
 */
export async function underLease<Result>(
  database: SessionDatabase,
  leaseMs: number,
  work: (trim: TrimBatch) => Promise<Result>,
): Promise<Result | undefined> {
  const lease = new TrimLease(database, leaseMs)
  if (!(await lease.take())) return undefined
  try {
    return await work(async (before, limit) => ((await lease.keep()) ? database.trim(before, limit) : undefined))
  } finally {
    // Where this fails the lease runs out.
    await lease.giveBack().catch(() => {})
  }
}

class TrimLease {
  readonly #database: SessionDatabase
  readonly #leaseMs: number
  readonly #sid = sidOf(KEY)
  readonly #holder = Buffer.from(nextRandom())
  /** Of the row as it was written last; 0 for none. */
  #version = 0
  #until = 0

  constructor(database: SessionDatabase, leaseMs: number) {
    this.#database = database
    this.#leaseMs = leaseMs
  }

  /** False when another process has it, or was faster. */
  async take(): Promise<boolean> {
    const [row] = await this.#database.read([this.#sid])
    if (row && untilOf(row) > Date.now()) return false
    this.#version = row?.version ?? 0
    return this.#write(Date.now() + this.#leaseMs)
  }

  /** Renews it when a third has passed; false when it ran out and another process took it. */
  async keep(): Promise<boolean> {
    if (this.#until - Date.now() > (this.#leaseMs * 2) / 3) return true
    return this.#write(Date.now() + this.#leaseMs)
  }

  async giveBack(): Promise<void> {
    await this.#write(0)
  }

  async #write(until: number): Promise<boolean> {
    const { row, replacement } = this.#rowUntil(until)
    const isWritten = await (this.#version === 0 ? this.#database.insert(row) : this.#database.replace(replacement))
    if (!isWritten) return false
    this.#version += 1
    this.#until = until
    return true
  }

  #rowUntil(until: number) {
    const now = Date.now()
    const data = Buffer.alloc(HOLDER_BYTES + 8)
    this.#holder.copy(data)
    data.writeBigUInt64BE(BigInt(until), HOLDER_BYTES)
    const marks = { sid: this.#sid, data, endedAt: now, endReason: null, trimAt: now + this.#leaseMs + ROW_MS }
    const times = { createdAt: now, touchedAt: now, expiresAt: now }
    return {
      row: { ...marks, ...times, version: 1, userId: null, keyId: null },
      replacement: { ...marks, version: this.#version, userId: null, keyId: null, now },
    }
  }
}

// What is no lease of ours holds up nobody.
const untilOf = ({ data }: SessionRow) =>
  data.length === HOLDER_BYTES + 8 ? Number(data.readBigUInt64BE(HOLDER_BYTES)) : 0
