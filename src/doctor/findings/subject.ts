import type { Table } from 'drizzle-orm'
import type { SessionDatabase } from '../../database/contract/session-database.ts'
import { type Dialect, type DrizzleDatabase, faultOfTable, recogniseDatabase } from '../../database/recognise.ts'
import { DEFAULT_TABLE } from '../../database/sql/migrations.ts'
import type { KeyProvider } from '../../keys/key-provider.ts'
import { checkKeys, checkSealing } from '../../store/options/check-sealing-options.ts'
import { USUAL_MAX_BYTES } from '../../store/options/check-store-options.ts'
import { OptionChecks } from '../../store/options/option-checks.ts'
import type { StoreOptions } from '../../store/options/store-options.ts'
import { checkedTrimOptions, checkTrim } from '../../store/options/trim-options.ts'
import type { Duration } from '../../time/duration.ts'
import { USUAL_TIMEOUT_MS } from '../../time/time-limits.ts'
import type { Settings } from './settings.ts'

/** The settings, as far as they are valid. Their faults are separate findings. */
export interface Subject {
  readonly settings: Settings
  readonly dialect: Dialect
  readonly database: string | DrizzleDatabase | SessionDatabase
  readonly table: string | Table
  /** Undefined for the table's name. */
  readonly namespace: string | undefined
  /** Undefined where the settings have no usable keys. */
  readonly keys: KeyProvider | undefined
  /** Milliseconds, or false. */
  readonly warnKeyAge: number | false
  /** Whether unsealed rows are accepted at present. */
  readonly acceptsUnencrypted: boolean
  /** Milliseconds between two rounds; undefined where the application does not trim at an interval. */
  readonly trimInterval: number | undefined
  readonly batchSize: number
  /** Milliseconds. */
  readonly operationTimeout: number
  /** The largest size of a session, in bytes. */
  readonly maxBytes: number
  /** Whether the option `user` is set. */
  readonly hasUsers: boolean
  /** Whether the option `history` is set. */
  readonly hasHistory: boolean
}

/** Reads the settings as far as possible; undefined where they name no possible database. */
export function subjectOf(settings: Settings): Subject | undefined {
  const options = settings.options as Partial<StoreOptions>
  const recognised = recogniseDatabase(options.database)
  if (!('dialect' in recognised)) return undefined
  const { dialect } = recognised
  const table = tableOf(options.table, dialect)
  const checks = new OptionChecks()
  const sealing = checkSealing(options as StoreOptions, checks)
  const { schedule } = checkTrim(options.trim, checks)
  return {
    settings,
    dialect,
    database: options.database!,
    table,
    namespace: sealing.namespace,
    keys: keysOf(options as StoreOptions),
    warnKeyAge: sealing.warnKeyAge,
    acceptsUnencrypted: Date.now() < sealing.acceptUnencryptedUntil,
    trimInterval: schedule && schedule.interval !== false ? schedule.interval : undefined,
    batchSize: checkedTrimOptions({}, schedule).batchSize,
    operationTimeout: timeoutOf(options.operationTimeout),
    maxBytes: Number.isSafeInteger(options.maxBytes) ? options.maxBytes! : USUAL_MAX_BYTES,
    hasUsers: typeof options.user === 'function',
    hasHistory: Boolean(settings.options.history),
  }
}

function tableOf(table: StoreOptions['table'], dialect: Dialect): string | Table {
  if (typeof table === 'string' && table !== '') return table
  return typeof table === 'object' && faultOfTable(table, dialect) === undefined ? table : DEFAULT_TABLE
}

function keysOf(options: StoreOptions): KeyProvider | undefined {
  const checks = new OptionChecks()
  try {
    const keys = checkKeys(options, checks)
    return checks.faults.length === 0 ? keys : undefined
  } catch {
    return undefined
  }
}

const timeoutOf = (timeout: Duration | undefined) =>
  new OptionChecks().duration('operationTimeout', timeout, USUAL_TIMEOUT_MS)
