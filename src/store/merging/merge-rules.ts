/**
 * Merges two changes of one key, which both differ from the base. It gets copies, and `undefined` for a side without
 * the key; `undefined` as the result removes the key.
 */
export type MergeFunction = (base: unknown, theirs: unknown, ours: unknown) => unknown

/**
 * How two concurrent changes of one key are merged: `'add'` adds up numbers; `'union'` treats arrays as sets;
 * `'append'` keeps the items that either side added to an array; `'last'` keeps the value that is stored later.
 */
export type MergeRule = 'add' | 'union' | 'append' | 'last' | MergeFunction

/** The rules by the names of keys. Keys without a rule are merged by member. */
export type MergeRules = Readonly<Record<string, MergeRule>>

/** The rule of a key: `'member'` is the usual one, and `'whole'` keeps a value in one piece. */
export type KeyRule = MergeRule | 'member' | 'whole'

/** The lifetime of a cookie makes sense only in one piece. */
export const ruleOf = (rules: MergeRules, key: string): KeyRule => {
  if (key === 'cookie') return 'whole'
  return Object.hasOwn(rules, key) ? rules[key]! : 'member'
}
