import type { RowChange, RowReseal } from '../contract/session-database.ts'

/** The values of one row of a shared UPDATE, in the order of its parameters. */
export const CHANGE_KEYS = [
  'sid',
  'version',
  'data',
  'userId',
  'keyId',
  'touchedAt',
  'expiresAt',
  'trimAt',
  'now',
  'metadata',
  'binding',
] as const satisfies (keyof RowChange)[]

/** The parameters of a shared UPDATE. */
export const changeValues = (changes: readonly RowChange[]): unknown[] =>
  changes.flatMap((change) => CHANGE_KEYS.map((key) => change[key] ?? null))

const EMPTY = Buffer.alloc(0)

/** A change that fills a list up: it changes no row, because rows count their versions from 1. */
export const noChange = <Change extends RowReseal>(change: Change): Change => ({
  ...change,
  data: EMPTY,
  metadata: null,
  binding: null,
  version: 0,
})
