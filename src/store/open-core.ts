import type { SessionDatabase } from '../database/contract/session-database.ts'
import { withoutParameters } from '../database/door/failure.ts'
import { SessionRows } from '../database/door/rows.ts'
import { openDatabase } from '../database/open.ts'
import { isSessionDatabase } from '../database/recognise.ts'
import { tlsRemedy } from '../database/tls-remedy.ts'
import {
  InvalidOptionsError,
  MigrationError,
  MissingDriverError,
  MissingTableError,
  UnreachableError,
  WrongSettingsError,
} from '../errors.ts'
import { bindingCodecFor } from '../payload/binding/binding-codec.ts'
import { tokenCodecFor } from '../payload/binding/token-codec.ts'
import { codecFor } from '../payload/codec.ts'
import { usesCodecFor } from '../payload/uses/uses-codec.ts'
import { attachKeys, checkKeyTable } from './attach-keys.ts'
import type { StoreCore } from './core/core.ts'
import type { SessionEventEmitter } from './core/events.ts'
import { FewPerMinute } from './core/few-per-minute.ts'
import { observeMigration, observeTouch } from './core/operation.ts'
import { KnownChanges, KnownReuses } from './core/reported.ts'
import { Turns } from './core/turns.ts'
import { checkEventsTable } from './history/events-table.ts'
import { Recorder } from './history/recorder.ts'
import type { CheckedStoreOptions } from './options/store-options.ts'
import { StorageProof } from './proof.ts'
import { userReader } from './users/user.ts'

/**
 * Opens the database, migrates it if `migrate` is on, checks that the table exists, and that it returns what it stored.
 *
 * @throws `FST_STORED_SESSION_MISSING_DRIVER`, `FST_STORED_SESSION_MISSING_TABLE`,
 * `FST_STORED_SESSION_MIGRATION_FAILED`, `FST_STORED_SESSION_WRONG_SETTINGS` or `FST_STORED_SESSION_UNREACHABLE`
 */
export async function openCore(
  options: CheckedStoreOptions,
  { events, freshIds, rotatedIds }: Pick<StoreCore, 'events' | 'freshIds' | 'rotatedIds'>,
  triesStorage: boolean,
): Promise<StoreCore> {
  const { database, proof } = await open(options, events, triesStorage)
  const rows = new SessionRows(database, {
    around: (sessions, touch) => observeTouch(events, sessions, touch),
    onError: (error) => events.emit('backgroundError', { work: 'touch', error }),
  })
  const namespace = options.namespace ?? database.table
  const keys = attachKeys(options.keys, database, namespace, events)
  const codec = codecFor({
    ...options,
    keys,
    namespace,
    acceptsUnencrypted: () => Date.now() < options.acceptUnencryptedUntil,
  })
  const table = database.history
  return {
    rows,
    database,
    keys,
    codec,
    usesCodec: usesCodecFor({ keys, namespace }),
    bindingCodec: bindingCodecFor({ keys, namespace }),
    tokenCodec: tokenCodecFor({ keys, namespace }),
    metadata: options.metadata,
    history: options.history && table ? new Recorder({ table, codec, events }, options.history) : undefined,
    bindToCookie: options.bindToCookie,
    bindsToDevices: options.bindsToDevices,
    limits: options.limits,
    events,
    freshIds,
    maxBytes: options.maxBytes,
    userOf: userReader(options.user),
    mergeRules: options.merge,
    rotationOverlap: options.rotationOverlap,
    rotatedIds,
    renewal: options.renewal,
    reuses: new KnownReuses(),
    watchesUses: options.suspicious,
    suspicions: new KnownChanges(),
    unproven: new FewPerMinute(MOST_UNPROVEN),
    userLimit: options.maxPerUser,
    turns: new Turns(),
    proof,
  }
}

/** Storages of the application are not tried: `stored-session/testing` has a contract for them. */
async function open(options: CheckedStoreOptions, events: SessionEventEmitter, triesStorage: boolean): Promise<Opened> {
  const { dialect, table, operationTimeout, migrate, keys } = options
  const warn = (message: string) => void events.emit('databaseWarning', { message })
  const database = await openDatabase(dialect, options.database, table, operationTimeout, warn).catch(fail)
  events.source = { table: database.table, dialect: database.dialect }
  try {
    if (migrate)
      await observeMigration(events, () => database.migrate()).catch((error) => failMigration(error, database.table))
    await database.check().catch(fail)
    if (keys.attach) await checkKeyTable(database).catch(fail)
    if (options.history) await checkEventsTable(database).catch(fail)
    if (isSessionDatabase(options.database)) return { database, proof: undefined }
    const proof = new StorageProof(database, { hasUsers: options.user !== undefined })
    for (const message of (await database.checkSettings?.(options).catch(fail)) ?? []) warn(message)
    if (triesStorage) for (const message of await limitsOf(proof)) warn(message)
    return { database, proof }
  } catch (error) {
    await database.close().catch(() => {})
    throw error
  }
}

/** Uses without a proof that are recorded of one session in a minute, so that a thief does not fill the history. */
const MOST_UNPROVEN = 5

interface Opened {
  readonly database: SessionDatabase
  readonly proof: StorageProof | undefined
}

/** What limits the storage. A database that only reads, or fails, is no reason to refuse the start. */
async function limitsOf(proof: StorageProof): Promise<readonly string[]> {
  try {
    return await proof.renew()
  } catch (error) {
    if (error instanceof WrongSettingsError) throw error
    const { cause = error } = error as Error
    return [
      `sessions could not be written and read back at start (${reasonOf(cause)}); until that works, saves are a 503. Run: npx stored-session doctor`,
    ]
  }
}

function fail(error: unknown): never {
  const isPlain = [MissingDriverError, MissingTableError, InvalidOptionsError, WrongSettingsError].some(
    (Fault) => error instanceof Fault,
  )
  if (isPlain) throw error
  const reason = [reasonOf(error), tlsRemedy(error)].filter(Boolean).join('. ')
  throw new UnreachableError(reason, { cause: withoutParameters(error) })
}

function failMigration(error: unknown, table: string): never {
  if (isConnectionFault(error) || error instanceof MissingTableError) fail(error)
  throw new MigrationError(table, reasonOf(error), { cause: withoutParameters(error) })
}

// Most poolers refuse a connection with 08P01, whatever the reason; 22023 and 42704 are about parameters in the URL.
const CONNECTION_FAULT =
  /^(E[A-Z]+|CONNECT_TIMEOUT|08\w{3}|28\w{3}|3D000|ER_(DB)?ACCESS_DENIED_ERROR|ER_BAD_DB_ERROR|ER_CON_COUNT_ERROR|53300|57P03|25006|22023|42704)$/
const TLS_FAULT = /^(HANDSHAKE_\w+|ER_SECURE_TRANSPORT_REQUIRED|ERR_(TLS|SSL)_\w+|\w*CERT\w*|UNABLE_TO_\w+)$/

const isConnectionFault = (error: unknown) => [CONNECTION_FAULT, TLS_FAULT].some((codes) => codes.test(codeOf(error)))

// At start only the operator reads this, and no client, so it can contain the driver's own message.
function reasonOf(error: unknown): string {
  const { message = '' } = error as Error
  const code = codeOf(error)
  return message.includes(code) ? message : [code, message].filter(Boolean).join(': ')
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? '')
}
