import { RESERVED_NAMES } from '../../payload/reserved-names.ts'
import type { MergeRule, MergeRules } from '../merging/merge-rules.ts'
import type { OptionChecks } from './option-checks.ts'

const NAMED: readonly unknown[] = ['add', 'union', 'append', 'last'] satisfies MergeRule[]

/** Checks the option `merge`. */
export function checkMerge(merge: unknown, checks: OptionChecks): MergeRules {
  if (merge === undefined) return {}
  if (typeof merge !== 'object' || merge === null || Array.isArray(merge)) {
    checks.fault('merge', "must be an object of rules by the names of keys, such as { visits: 'add' }")
    return {}
  }
  for (const [key, rule] of Object.entries(merge)) {
    if (key === 'cookie' || RESERVED_NAMES.has(key)) checks.fault(`merge.${key}`, 'is not a key of a session; omit it')
    if (typeof rule !== 'function' && !NAMED.includes(rule))
      checks.fault(`merge.${key}`, 'must be "add", "union", "append", "last" or a function of (base, theirs, ours)')
  }
  return { ...merge } as MergeRules
}
