/** Aids for the tests of applications and of what extends this package; nothing here is for production. */
export type { ContractCheck } from './contract-check.ts'
export { type KeyProviderSubject, keyProviderContract } from './key-provider-contract.ts'
