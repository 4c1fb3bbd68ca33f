import assert from 'node:assert/strict'
import type { SessionDatabase } from '../database/contract/session-database.ts'
import { bindingChecks } from './storage/binding-checks.ts'
import type { ContractCheck, StorageCheck } from './storage/contract-rows.ts'
import { endingChecks } from './storage/ending-checks.ts'
import { historyChangeChecks } from './storage/history-change-checks.ts'
import { historyChecks } from './storage/history-checks.ts'
import { listingChecks } from './storage/listing-checks.ts'
import { manyChecks } from './storage/many-checks.ts'
import { metadataChecks } from './storage/metadata-checks.ts'
import { savingChecks } from './storage/saving-checks.ts'
import { sealingChecks } from './storage/sealing-checks.ts'
import { unsealedChecks } from './storage/unsealed-checks.ts'

/**
 * The facts about a storage that its contract needs.
 *
 * @example
 * ```ts
 * const subject: SessionDatabaseSubject = { create: () => memoryStorage(), hasListing: true }
 * ```
 */
export interface SessionDatabaseSubject {
  /** Opens the storage, with its table. Called once for all checks. The test that opens it closes it. */
  create(): SessionDatabase | Promise<SessionDatabase>
  /** Whether it has a `listing`, which is then checked too. @defaultValue false */
  hasListing?: boolean
}

const DIALECTS: unknown[] = ['pg', 'mysql', 'sqlite']

/**
 * The store's requirements for a {@link SessionDatabase}, as checks for your own tests. The databases of this package
 * pass them. The storage may contain other rows, as long as no other process trims at the same time.
 *
 * @param subject - how to open the storage
 * @returns the checks, in any order, to be run one at a time
 * @example
 * ```ts
 * for (const { name, run } of sessionDatabaseContract({ create: () => memoryStorage() })) test(name, run)
 * ```
 */
export function sessionDatabaseContract(subject: SessionDatabaseSubject): ContractCheck[] {
  let opened: Promise<SessionDatabase> | undefined
  const open = () => {
    opened ??= (async () => subject.create())()
    return opened
  }
  const check: StorageCheck = (name, run) => ({ name, run: async () => run(await open()) })
  return [
    check('the table is there, has a name, and may be migrated again', async (storage) => {
      assert.ok(DIALECTS.includes(storage.dialect), 'the dialect is pg, mysql or sqlite')
      assert.ok(typeof storage.table === 'string' && storage.table !== '', 'the table has a name')
      await storage.check()
      await storage.migrate()
      await storage.check()
    }),
    ...savingChecks(check),
    ...manyChecks(check),
    ...endingChecks(check),
    ...metadataChecks(check),
    ...bindingChecks(check),
    ...sealingChecks(check),
    ...unsealedChecks(check),
    ...historyChecks(check),
    ...historyChangeChecks(check),
    ...(subject.hasListing ? listingChecks(check) : []),
  ]
}
