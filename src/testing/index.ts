/** Helpers for tests of applications and of extensions of this package. Not for production. @module stored-session/testing */

export type { SessionData } from '../plugin/options.ts'
export { type TestClock, testClock } from './clock.ts'
export type { KeyProviderSubject } from './key-provider-checks.ts'
export { keyProviderContract } from './key-provider-contract.ts'
export { memoryStorage } from './memory-storage.ts'
export { type SessionDatabaseSubject, sessionDatabaseContract } from './session-database-contract.ts'
export { type CookieResponse, readSession, type SessionApplication, signIn } from './signed-in.ts'
export type { ContractCheck } from './storage/contract-rows.ts'
