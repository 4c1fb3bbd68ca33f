import type { SessionDatabase } from '../database/contract/session-database.ts'
import { withoutParameters } from '../database/door/guarded.ts'
import { SessionRows } from '../database/door/rows.ts'
import { openDatabase } from '../database/open.ts'
import {
  InvalidOptionsError,
  MigrationError,
  MissingDriverError,
  MissingTableError,
  UnreachableError,
} from '../errors.ts'
import { codecFor } from '../payload/codec.ts'
import { attachKeys, checkKeyTable } from './attach-keys.ts'
import type { StoreCore } from './core/core.ts'
import type { SessionEventEmitter } from './core/events.ts'
import { observeMigration, observeTouch } from './core/operation.ts'
import { Turns } from './core/turns.ts'
import type { CheckedStoreOptions } from './options/store-options.ts'
import { userReader } from './users/user.ts'

/**
 * Opens the database, migrates it if `migrate` is on, and checks that the table exists.
 *
 * @throws `FST_STORED_SESSION_MISSING_DRIVER`, `FST_STORED_SESSION_MISSING_TABLE`,
 * `FST_STORED_SESSION_MIGRATION_FAILED` or `FST_STORED_SESSION_UNREACHABLE`
 */
export async function openCore(
  options: CheckedStoreOptions,
  { events, freshIds, rotatedIds }: Pick<StoreCore, 'events' | 'freshIds' | 'rotatedIds'>,
): Promise<StoreCore> {
  const database = await open(options, events)
  const rows = new SessionRows(database, {
    around: (sessions, touch) => observeTouch(events, sessions, touch),
    onError: (error) => events.emit('backgroundError', { work: 'touch', error }),
  })
  const namespace = options.namespace ?? database.table
  const keys = attachKeys(options.keys, database, namespace, events)
  return {
    rows,
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
    userOf: userReader(options.user),
    rotationOverlap: options.rotationOverlap,
    rotatedIds,
    userLimit: options.maxPerUser,
    turns: new Turns(),
  }
}

async function open(options: CheckedStoreOptions, events: SessionEventEmitter): Promise<SessionDatabase> {
  const { dialect, table, operationTimeout, migrate, keys } = options
  const database = await openDatabase(dialect, options.database, table, operationTimeout).catch(fail)
  events.source = { table: database.table, dialect: database.dialect }
  try {
    if (migrate)
      await observeMigration(events, () => database.migrate()).catch((error) => failMigration(error, database.table))
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

// Most poolers refuse a connection with 08P01, whatever the reason.
const CONNECTION_FAULT =
  /^(E[A-Z]+|CONNECT_TIMEOUT|08\w{3}|28\w{3}|3D000|ER_(DB)?ACCESS_DENIED_ERROR|ER_BAD_DB_ERROR|ER_CON_COUNT_ERROR|53300|57P03|25006)$/

const isConnectionFault = (error: unknown) => CONNECTION_FAULT.test(codeOf(error))

// At start only the operator reads this, and no client, so it can contain the driver's own message.
function reasonOf(error: unknown): string {
  const { message = '' } = error as Error
  const code = codeOf(error)
  return message.includes(code) ? message : [code, message].filter(Boolean).join(': ')
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? '')
}
