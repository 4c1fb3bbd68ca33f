import type { Table } from 'drizzle-orm'
import type { SessionDatabase } from '../../database/contract/session-database.ts'
import type { Dialect, DrizzleDatabase } from '../../database/recognise.ts'
import type { KeyProvider } from '../../keys/key-provider.ts'
import type { CheckedMetadataOptions } from '../../metadata/metadata-options.ts'
import type { Serializer } from '../../payload/serializer.ts'
import type { RenewalSettings, UserId, UserLimit } from '../core/core.ts'
import type { Limits } from '../core/lifetime.ts'
import type { MergeRules } from '../merging/merge-rules.ts'
import type { HistorySettings } from './history-option.ts'
import type { TrimLock, TrimSchedule } from './trim-options.ts'

/** The options of the store, checked and complete. */
export interface CheckedStoreOptions {
  readonly dialect: Dialect
  readonly database: string | DrizzleDatabase | SessionDatabase
  readonly keys: KeyProvider
  readonly limits: Limits
  /** Milliseconds. */
  readonly rotationOverlap: number
  readonly renewal: RenewalSettings
  readonly suspicious: boolean
  readonly operationTimeout: number
  readonly trim: TrimSchedule | false
  readonly trimLock: TrimLock
  readonly history: HistorySettings | false
  readonly migrate: boolean
  readonly bindToCookie: boolean
  /** Undefined for the table's name. */
  readonly namespace: string | undefined
  readonly compressAbove: number | false
  /** Epoch milliseconds; 0 for never. */
  readonly acceptUnencryptedUntil: number
  readonly warnKeyAge: number | false
  readonly user: ((session: Record<string, unknown>) => UserId | null | undefined) | undefined
  readonly metadata: CheckedMetadataOptions | undefined
  /** Whether the plugin binds sessions to devices. */
  readonly bindsToDevices: boolean
  readonly maxPerUser: UserLimit | undefined
  readonly merge: MergeRules
  readonly errorPaths: boolean
  readonly serializer: Serializer
  readonly maxBytes: number
  readonly table: string | Table
}
