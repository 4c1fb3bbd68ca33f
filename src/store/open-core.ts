import { withoutParameters } from '../database/guarded.ts'
import { openDatabase } from '../database/open.ts'
import type { SessionDatabase } from '../database/session-database.ts'
import {
  InvalidOptionsError,
  MigrationError,
  MissingDriverError,
  MissingTableError,
  UnreachableError,
} from '../errors.ts'
import { codecFor } from '../payload/codec.ts'
import { attachKeys, checkKeyTable } from './attach-keys.ts'
import type { StoreCore } from './core.ts'
import type { SessionEventEmitter } from './events.ts'
import { Lanes } from './lanes.ts'
import { sharedReads } from './shared-reads.ts'
import type { CheckedStoreOptions } from './store-options.ts'
import { TouchQueue } from './touches.ts'
import { tracedDatabase } from './traced-database.ts'
import { userReader } from './user.ts'

/**
 * Opens the database, migrates it when asked to, and checks that the table exists.
 *
 * @throws `FST_STORED_SESSION_MISSING_DRIVER`, `FST_STORED_SESSION_MISSING_TABLE`,
 * `FST_STORED_SESSION_MIGRATION_FAILED` or `FST_STORED_SESSION_UNREACHABLE`
 */
export async function openCore(
  options: CheckedStoreOptions,
  { events, freshIds, rotatedIds }: Pick<StoreCore, 'events' | 'freshIds' | 'rotatedIds'>,
): Promise<StoreCore> {
  const database = await open(options, events)
  const namespace = options.namespace ?? database.table
  const keys = attachKeys(options.keys, database, namespace, events)
  return {
    database,
    keys,
    codec: codecFor({
      ...options,
      keys,
      namespace,
      acceptsUnencrypted: () => Date.now() < options.acceptUnencryptedUntil,
    }),
    bindToCookie: options.bindToCookie,
    limits: options.limits,
    events,
    freshIds,
    maxBytes: options.maxBytes,
    findRow: sharedReads((sids) => database.read(sids)),
    userOf: userReader(options.user),
    rotationOverlap: options.rotationOverlap,
    rotatedIds,
    userLimit: options.maxPerUser,
    lanes: new Lanes(),
    touches: new TouchQueue(
      (touches) => database.touch(touches),
      (error) => events.emit('backgroundError', { work: 'touch', error }),
    ),
  }
}

async function open(options: CheckedStoreOptions, events: SessionEventEmitter): Promise<SessionDatabase> {
  const { dialect, table, operationTimeout, migrate, keys } = options
  const opened = await openDatabase(dialect, options.database, table, operationTimeout).catch(fail)
  const database = tracedDatabase(opened, events)
  try {
    if (migrate) await database.migrate().catch((error) => failMigration(error, database.table))
    await database.check().catch(fail)
    if (keys.attach) await checkKeyTable(database).catch(fail)
    return database
  } catch (error) {
    await database.close().catch(() => {})
    throw error
  }
}

function fail(error: unknown): never {
  const isPlain = [MissingDriverError, MissingTableError, InvalidOptionsError].some((Fault) => error instanceof Fault)
  if (isPlain) throw error
  throw new UnreachableError(reasonOf(error), { cause: withoutParameters(error) })
}

function failMigration(error: unknown, table: string): never {
  if (isConnectionFault(error)) fail(error)
  throw new MigrationError(table, reasonOf(error), { cause: withoutParameters(error) })
}

// What a pooler refuses, whatever the reason, is most often a 08P01.
const CONNECTION_FAULT =
  /^(E[A-Z]+|CONNECT_TIMEOUT|08\w{3}|28\w{3}|3D000|ER_(DB)?ACCESS_DENIED_ERROR|ER_BAD_DB_ERROR|ER_CON_COUNT_ERROR|53300|57P03)$/

const isConnectionFault = (error: unknown) => CONNECTION_FAULT.test(codeOf(error))

// At start the operator reads this and no client does: the driver's own words help most.
function reasonOf(error: unknown): string {
  const { message = '' } = error as Error
  const code = codeOf(error)
  return message.includes(code) ? message : [code, message].filter(Boolean).join(': ')
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? '')
}
