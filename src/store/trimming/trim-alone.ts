import type { SessionDatabase, SessionRow, TrimBatch } from '../../database/contract/session-database.ts'
import { isUnsupported } from '../../database/sql/unsupported.ts'
import { nextRandom, sidOf } from '../../payload/session-id.ts'
import type { TrimLock } from '../options/trim-options.ts'

/** Runs `work` while no other process trims; undefined without running it when another process does. */
export type TrimAlone = <Result>(work: (trim: TrimBatch) => Promise<Result>) => Promise<Result | undefined>

/**
 * Takes the lock of the database, or the lease if the database has no lock.
 *
 * @param leaseMs - how long a lease is valid without renewal
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
 * When the holder is killed, another process can take the lease after that time. When clocks differ by more than the
 * rest of the lease, two processes trim at once, which is wasteful and does no harm.
 */
const KEY = 'stored-session/trim\0'
const HOLDER_BYTES = 16
const LEAST_LEASE_MS = 120_000
/** The row stays for longer than any lease, and losing it does no harm. */
const ROW_MS = 86_400_000

/** How long a lease is valid without renewal: twice as long as a batch may take, and at least two minutes. */
export const leaseOf = (batchMs: number) => Math.max(LEAST_LEASE_MS, 2 * batchMs)

/**
 * Runs `work` with the lease, and passes it the function that deletes a batch.
 *
 * @param leaseMs - how long the lease is valid without renewal
 * @returns undefined, without running `work`, when another process has the lease
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
    // If this fails, the lease expires.
    await lease.giveBack().catch(() => {})
  }
}

class TrimLease {
  readonly #database: SessionDatabase
  readonly #leaseMs: number
  readonly #sid = sidOf(KEY)
  readonly #holder = Buffer.from(nextRandom())
  /** The version of the row as last written; 0 without a row. */
  #version = 0
  #until = 0

  constructor(database: SessionDatabase, leaseMs: number) {
    this.#database = database
    this.#leaseMs = leaseMs
  }

  /** False when another process has the lease, or was faster. */
  async take(): Promise<boolean> {
    const [row] = await this.#database.read([this.#sid])
    if (row && untilOf(row) > Date.now()) return false
    this.#version = row?.version ?? 0
    return this.#write(Date.now() + this.#leaseMs)
  }

  /** Renews the lease after a third of its time; false when it expired and another process took it. */
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
    const marks = {
      sid: this.#sid,
      data,
      metadata: null,
      binding: null,
      endedAt: now,
      endReason: null,
      trimAt: now + this.#leaseMs + ROW_MS,
    }
    const times = { createdAt: now, touchedAt: now, expiresAt: now }
    return {
      row: { ...marks, ...times, version: 1, userId: null, keyId: null },
      replacement: { ...marks, version: this.#version, userId: null, keyId: null, now },
    }
  }
}

// Data that is no lease of ours must not block trimming.
const untilOf = ({ data }: SessionRow) =>
  data.length === HOLDER_BYTES + 8 ? Number(data.readBigUInt64BE(HOLDER_BYTES)) : 0
