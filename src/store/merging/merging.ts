import type { KeyRule } from './merge-rules.ts'

/** Stands for a member that one side does not have: `undefined` is a value. */
export const ABSENT: unique symbol = Symbol('absent')

/** One value on the three sides of a merge, each of which may be {@link ABSENT}. */
export interface Sides {
  readonly base: unknown
  readonly theirs: unknown
  readonly ours: unknown
}

/** The merge of one key. */
export interface Merging {
  readonly rule: KeyRule
  /**
   * Whether `ours` is the live session and `theirs` is what its save stored: then everything in `ours` that differs
   * from `base` is a later change, and comes after theirs.
   */
  readonly isLive: boolean
  /** Whether two values are stored as the same value. */
  isSame(one: unknown, other: unknown): boolean
  /** Whether both sides changed a value in a way that only one of them could keep. */
  hasConflict: boolean
}

/** The values that are merged inside. Every other value is replaced as one. */
export type Kind = 'object' | 'map' | 'set' | 'array'

/** The kind of a value; undefined for a value that is replaced as one. */
export function kindOf(value: unknown): Kind | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return 'array'
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Map.prototype) return 'map'
  if (prototype === Set.prototype) return 'set'
  return prototype === null || Object.getPrototypeOf(prototype) === null ? 'object' : undefined
}

/** Whether a side has no value yet, so that two sides which both create one begin from an empty one. */
export const isNothing = (value: unknown) => value === ABSENT || value === undefined || value === null
