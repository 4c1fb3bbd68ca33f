/**
 * One promise of a contract, for whatever runs your tests: both fields go to the `test` of node:test, Vitest, Jest or
 * Mocha as they are.
 */
export interface ContractCheck {
  /** The promise, as a sentence that is the name of a test. */
  readonly name: string
  /** Resolves when the promise is kept, and rejects with an `AssertionError` that says what was not. */
  readonly run: () => Promise<void>
}
