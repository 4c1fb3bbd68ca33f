export type {
  EndReason,
  EventCount,
  EventFilter,
  EventKeyCount,
  EventKind,
  EventPlace,
  EventReseal,
  EventRow,
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
  SessionEventRows,
  SessionListing,
  SessionRow,
  StorageNeeds,
  StoredEndReason,
  TrimBatch,
} from './database/contract/session-database.ts'
export type { RowSealing, UnsealedRow, UnsealedRows } from './database/contract/session-row.ts'
export type { KeyRow, MigrationState, SessionKeys } from './database/contract/stored-keys.ts'
export type { DrizzleDatabase } from './database/recognise.ts'
export type { DeviceBoundOptions } from './device-bound/device-bound-options.ts'
export * from './errors.ts'
export type { OperationFault, OperationName, OperationOf, SessionOperation } from './instruments/operation.ts'
export { derivedKeys } from './keys/derived-keys.ts'
export { envKeys } from './keys/env-keys.ts'
export { type EnvelopeOptions, envelopeKeys } from './keys/envelope/envelope-keys.ts'
export type { KeyCalls, KeyContext } from './keys/envelope/key-service.ts'
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
export { type Passphrase, passphraseKeys } from './keys/passphrase-keys.ts'
export { type StaticKey, staticKeys } from './keys/static-keys.ts'
export type { CapturedRequest, LocationOf, MetadataOptions } from './metadata/metadata-options.ts'
export type { AddressDetail } from './metadata/network.ts'
export type { SessionDevice, SessionLocation, SessionMetadata, SessionUse } from './metadata/session-metadata.ts'
export type { UnreadableReason } from './payload/sealed-payload.ts'
export type { Serializer } from './payload/serializer.ts'
export type { FormerPlace, SessionCookieOptions } from './plugin/cookie/cookie-options.ts'
export type { OnUnavailable, SessionData, StoredSessionOptions } from './plugin/options.ts'
export {
  type SessionListener,
  type StoredSession,
  storedSession,
  storedSession as default,
} from './plugin/stored-session.ts'
export type { Activity, ActivityBucket, ActivityOptions, EventCounts } from './store/audit/activity.ts'
export type { HistoryFilter } from './store/audit/event-filter.ts'
export type { HistoryEvent, HistoryOptions, HistoryPage } from './store/audit/event-listing.ts'
export type { ForgetOptions, ForgetResult } from './store/audit/forgetting.ts'
export type { OnReuse, UserId } from './store/core/core.ts'
export type {
  DeleteOutcome,
  ReadOutcome,
  SessionEvent,
  SessionEventEmitter,
  SessionEvents,
  TrimStop,
  WriteOutcome,
} from './store/core/events.ts'
export type { IdentifiedSession, SessionHandle } from './store/core/handle.ts'
export type { Health } from './store/health.ts'
export type { ForeignSession, SkipReason } from './store/imports/foreign-session.ts'
export type { ImportOptions, ImportProgress, ImportResult } from './store/imports/importing.ts'
export type { UpgradeOptions, UpgradeProgress, UpgradeResult, UpgradeSkips } from './store/imports/upgrading.ts'
export type { InspectedSession } from './store/inspection/inspecting.ts'
export type { RevealedContent, RevealOptions } from './store/inspection/revealing.ts'
export type { KeyAge, KeyStatus } from './store/management/key-status.ts'
export type { ListedSession, ListOptions, SessionPage } from './store/management/listing.ts'
export type { ReencryptOptions, ReencryptProgress, ReencryptResult } from './store/management/reencrypting.ts'
export type { RevokeFilter, RevokeResult } from './store/management/revoking.ts'
export type { SessionFilter, SessionState } from './store/management/session-filter.ts'
export type { SessionStats } from './store/management/statistics.ts'
export type { MergeFunction, MergeRule } from './store/merging/merge-rules.ts'
export type { HistoryOption } from './store/options/history-option.ts'
export type { AssuranceLevel } from './store/options/lifetime-presets.ts'
export type { Duration, StoreOptions, UnencryptedRows } from './store/options/store-options.ts'
export type { TrimLock, TrimOption, TrimProgress } from './store/options/trim-options.ts'
export { StoredSessionStore } from './store/stored-session-store.ts'
export type { TrimOptions, TrimResult } from './store/trimming/trimming.ts'
export type {
  ContentChange,
  UpdateAllOptions,
  UpdateAllProgress,
  UpdateAllResult,
  UpdateFilter,
} from './store/updating/update-all-options.ts'
