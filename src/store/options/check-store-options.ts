import type { Table } from 'drizzle-orm'
import { type Dialect, faultOfTable, recogniseDatabase } from '../../database/recognise.ts'
import { DEFAULT_TABLE } from '../../database/sql/migrations.ts'
import { placeOfName } from '../../database/sql/table-place.ts'
import { checkedMetadataOptions } from '../../metadata/metadata-options.ts'
import { limitNesting, type Serializer, serializers } from '../../payload/serializer.ts'
import { USUAL_TIMEOUT_MS } from '../../time/time-limits.ts'
import { checkLimits, checkMaxPerUser } from './check-limits.ts'
import { checkMerge } from './check-merge.ts'
import { checkKeys, checkSealing } from './check-sealing-options.ts'
import { checkHistory } from './history-option.ts'
import { OptionChecks } from './option-checks.ts'
import { checkRenewal, checkSuspicious } from './renewal-options.ts'
import { type CheckedStoreOptions, type StoreOptions, storeOptionNames } from './store-options.ts'
import { checkTrim } from './trim-options.ts'

/** The default of `maxBytes`. */
export const USUAL_MAX_BYTES = 1_048_576
const LARGEST_BYTES = 1_073_741_824
const LONGEST_OPERATION_MS = 600_000
/** Index names contain the name of the table, and MySQL and PostgreSQL allow 63 bytes. */
const LONGEST_TABLE = 48
const LONGEST_SCHEMA = 63

/** Options as the application gave them, unchecked. They hold its secrets, so they are neither logged nor shown. */
export type GivenOptions = Readonly<Record<string, unknown>>

// The plugin checks these options together with its own, and passes the result to the store.
const givenOptions = new WeakMap<object, GivenOptions>()

/**
 * The options of a store, checked and complete.
 *
 * @param options - the options as given, or as {@link checkStoreOptions} returns them
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault
 */
export function checkedStoreOptions(options: StoreOptions | CheckedStoreOptions): CheckedStoreOptions {
  if (isChecked(options)) return options
  const checks = new OptionChecks()
  checks.names(options, storeOptionNames)
  const checked = checkStoreOptions(options, checks)
  checks.done()
  return checked
}

const isChecked = (options: StoreOptions | CheckedStoreOptions): options is CheckedStoreOptions =>
  givenOptions.has(options)

/** What the application gave, with the options of the plugin where it was the plugin that checked them. */
export const givenOptionsOf = (checked: CheckedStoreOptions): GivenOptions => givenOptions.get(checked) ?? {}

/**
 * Checks all options of the store and notes every fault; the result is valid only without faults.
 *
 * @param given - what the application gave, if that is more
 * @param bindsToDevices - whether the caller binds the sessions to devices
 */
export function checkStoreOptions(
  options: StoreOptions,
  checks: OptionChecks,
  { given = options, bindsToDevices = false }: { readonly given?: object; readonly bindsToDevices?: boolean } = {},
): CheckedStoreOptions {
  const dialect = checkDatabase(options, checks)
  checks.optionalFunction('user', options.user)
  const { schedule, grace, lock } = checkTrim(options.trim, checks)
  const rotationOverlap = checks.duration('rotationOverlap', options.rotationOverlap, 30_000)
  const checked: CheckedStoreOptions = {
    dialect,
    database: options.database,
    keys: checkKeys(options, checks),
    ...checkSealing(options, checks),
    limits: { ...checkLimits(options, checks), grace },
    rotationOverlap,
    renewal: checkRenewal(options, rotationOverlap, checks),
    suspicious: checkSuspicious(options, checks),
    operationTimeout: checkOperationTimeout(options, checks),
    trim: schedule,
    trimLock: lock,
    history: checkHistory(options.history, checks),
    migrate: checkMigrate(options, dialect, checks),
    user: options.user,
    metadata: checkedMetadataOptions(options.metadata, checks),
    bindsToDevices,
    maxPerUser: checkMaxPerUser(options, checks),
    merge: checkMerge(options.merge, checks),
    errorPaths: checks.boolean('errorPaths', options.errorPaths, false),
    serializer: checkSerializer(options.serializer, checks),
    maxBytes: checks.integer('maxBytes', options.maxBytes, USUAL_MAX_BYTES, 1, LARGEST_BYTES),
    table: checkTable(options.table, dialect, checks),
  }
  givenOptions.set(checked, Object.freeze({ ...given }))
  return checked
}

function checkDatabase({ database }: StoreOptions, checks: OptionChecks): Dialect {
  const recognised = recogniseDatabase(database)
  if ('dialect' in recognised) return recognised.dialect
  checks.fault('database', recognised.fault)
  return 'sqlite'
}

function checkOperationTimeout(options: StoreOptions, checks: OptionChecks): number {
  const operationTimeout = checks.duration('operationTimeout', options.operationTimeout, USUAL_TIMEOUT_MS)
  if (operationTimeout > LONGEST_OPERATION_MS) {
    checks.fault('operationTimeout', 'must be 10 minutes or less, because a request can wait that long; shorten it')
  }
  return operationTimeout
}

function checkMigrate({ migrate, table, database }: StoreOptions, dialect: Dialect, checks: OptionChecks): boolean {
  const isOwnTable = typeof table === 'object'
  const wanted = checks.boolean('migrate', migrate, dialect === 'sqlite' && !isOwnTable)
  if (wanted && isOwnTable) {
    checks.fault(
      'migrate',
      'must be false with your own Drizzle table, because the migrations of your application create it; set it to false',
    )
  }
  if (!wanted && database === 'sqlite::memory:') {
    checks.fault('migrate', 'must be true for sqlite::memory:, which is empty at every start; omit it')
  }
  return wanted
}

function checkSerializer(serializer: StoreOptions['serializer'], checks: OptionChecks): Serializer {
  if (serializer === undefined) return serializers.msgpack
  if (typeof serializer === 'string' && Object.hasOwn(serializers, serializer)) return serializers[serializer]
  if (
    typeof serializer === 'object' &&
    typeof serializer?.serialize === 'function' &&
    typeof serializer.deserialize === 'function'
  ) {
    return limitNesting(serializer)
  }
  checks.fault(
    'serializer',
    `must be ${Object.keys(serializers)
      .map((name) => `"${name}"`)
      .join(', ')} or an object with serialize and deserialize`,
  )
  return serializers.msgpack
}

function checkTable(table: StoreOptions['table'], dialect: Dialect, checks: OptionChecks): string | Table {
  if (table === undefined) return DEFAULT_TABLE
  if (typeof table !== 'string') {
    const fault = faultOfTable(table, dialect)
    if (fault) checks.fault('table', fault)
    return table
  }
  checkTableName(table, dialect, checks)
  return table
}

function checkTableName(table: string, dialect: Dialect, checks: OptionChecks): void {
  const place = dialect === 'pg' ? placeOfName(table) : { name: table }
  if (!place) {
    checks.fault(
      'table',
      'has a dot without a name before or after it; write schema.table, and put a name that itself has dots in double quotes',
    )
    return
  }
  const length = Buffer.byteLength(place.name)
  if (length === 0 || length > LONGEST_TABLE || table.includes('\0')) {
    checks.fault('table', `must be a name of 1 to ${LONGEST_TABLE} bytes`)
  }
  if (Buffer.byteLength(place.schema ?? '') > LONGEST_SCHEMA) {
    checks.fault('table', `must have a schema of at most ${LONGEST_SCHEMA} bytes`)
  }
}
