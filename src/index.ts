export type { MigrationState } from './database/migration-state.ts'
export type {
  EndReason,
  KeyCount,
  ListedRow,
  NewRow,
  RowChange,
  RowEnd,
  RowFilter,
  RowMoment,
  RowReplacement,
  RowReseal,
  RowState,
  RowTally,
  RowTouch,
  SessionDatabase,
  SessionListing,
  SessionRow,
  StoredEndReason,
  TrimBatch,
} from './database/session-database.ts'
export type { KeyRow, SessionKeys } from './database/stored-keys.ts'
export type { RowSealing, UnsealedRow, UnsealedRows } from './database/unsealed-row.ts'
export * from './errors.ts'
export type { OperationFault, OperationName, SessionOperation } from './instruments/operation.ts'
export { derivedKeys } from './keys/derived-keys.ts'
export { envKeys } from './keys/env-keys.ts'
export { type EnvelopeOptions, envelopeKeys } from './keys/envelope-keys.ts'
export {
  type AttachedKeys,
  type KeyDescription,
  type KeyProvider,
  type KeyState,
  type KeyStorage,
  type SealingKey,
  sealingKey,
  type WrappedKey,
} from './keys/key-provider.ts'
export type { KeyCalls, KeyContext } from './keys/key-service.ts'
export { type Passphrase, passphraseKeys } from './keys/passphrase-keys.ts'
export { type StaticKey, staticKeys } from './keys/static-keys.ts'
export type { Serializer } from './payload/serializer.ts'
export type { OnUnavailable, StoredSessionOptions } from './plugin/options.ts'
export {
  type SessionListener,
  type StoredSession,
  storedSession,
  storedSession as default,
} from './plugin/stored-session.ts'
export type { SessionEvents } from './store/events.ts'
export type { ForeignSession, SkipReason } from './store/foreign-session.ts'
export type { SessionHandle } from './store/handle.ts'
export type { Health } from './store/health.ts'
export type { ImportOptions, ImportProgress, ImportResult } from './store/importing.ts'
export type { KeyStatus } from './store/key-status.ts'
export type { AssuranceLevel } from './store/lifetime-presets.ts'
export type { ListedSession, ListOptions, SessionPage } from './store/listing.ts'
export type { ReencryptOptions, ReencryptProgress, ReencryptResult } from './store/reencrypting.ts'
export type { RevokeFilter, RevokeResult } from './store/revoking.ts'
export type { SessionFilter, SessionState } from './store/session-filter.ts'
export type { SessionStats } from './store/statistics.ts'
export type { Duration, StoreOptions } from './store/store-options.ts'
export { StoredSessionStore } from './store/stored-session-store.ts'
export type { TrimOption } from './store/trim-options.ts'
export type { TrimOptions, TrimResult } from './store/trimming.ts'
export type { UpgradeOptions, UpgradeProgress, UpgradeResult, UpgradeSkips } from './store/upgrading.ts'
