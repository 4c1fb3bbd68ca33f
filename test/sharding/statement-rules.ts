import type { Dialect } from '../harness/databases.ts'
import type { Sent } from '../trimming/sent-statements.ts'

const TABLE = 'stored_sessions'
/** Both are spread by their `sid`; a statement may name one of them. */
const TABLES = [TABLE, `${TABLE}_events`]
const SID_HEX = 64

/** A statement that a table spread over shards by `sid` could not take where its key is, and why. */
export interface Objection {
  readonly rule: 'kind' | 'table' | 'key' | 'sequence' | 'lock' | 'transaction'
  readonly statement: Sent
}

/**
 * What of a request path does not stay with the keys that it names. Of servers a transaction may hold one statement, which
 * needs no more of it than without; SQLite is one file, and takes what came together in one transaction.
 */
export function objectionsTo(sent: readonly Sent[], dialect: Dialect): Objection[] {
  const statements = sent.filter(({ text }) => !isBoundary(text))
  const broken = statements.flatMap((statement) => brokenRules(statement).map((rule) => ({ rule, statement })))
  return dialect === 'sqlite' ? broken : [...broken, ...longTransactions(sent)]
}

/** The keys that a statement names: bound as bytes, in the text of a list, or in the statement itself. */
export function keysIn({ text, values }: Sent): string[] {
  const bound = values.flatMap((value) => {
    if (value instanceof Uint8Array) return [Buffer.from(value).toString('hex')]
    return typeof value === 'string' ? hexIn(value, /\\x([0-9a-f]*)(?="|$)/g) : []
  })
  return [...bound, ...hexIn(text, /\bx'([0-9a-f]*)'(?!\/\*)/gi)].filter(({ length }) => length === SID_HEX)
}

const hexIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, hex]) => hex!.toLowerCase())

const BOUNDARY = /^\s*(begin|start transaction|commit|rollback)\b/i
const isBoundary = (text: string) => BOUNDARY.test(text)

function brokenRules(statement: Sent): Objection['rule'][] {
  const text = plain(statement.text)
  const kind = text.split(' ', 1)[0]!
  if (!/^(select|insert|update|delete)$/.test(kind) || text.includes(';')) return ['kind']
  const rules: [Objection['rule'], boolean][] = [
    ['table', !TABLES.includes(tablesIn(text).join())],
    ['key', keysIn(statement).length === 0 || !(kind === 'insert' ? insertsKeys(text) : isByKey(text))],
    ['sequence', /\b(nextval|currval|lastval|setval|last_insert_id|last_insert_rowid|auto_increment)\b/.test(text)],
    ['lock', /\bfor (no key )?(update|share)\b|\block in share mode\b|\b(get_lock|pg_\w*advisory\w*)\b/.test(text)],
  ]
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule)
}

/** Lower case, one space, no quotes around names, and no content of literals, which may say anything. SQLite cuts long ones. */
function plain(text: string): string {
  const withoutLiterals = text.replace(/(?:\bx)?'(?:[^']|'')*'(?:\/\*.*?\*\/)?/gi, '?')
  return withoutLiterals.replace(/["`]/g, '').replace(/\s+/g, ' ').replace(/\( /g, '(').trim().toLowerCase()
}

/** Each mention of a table; functions that make rows of values, and lists of values, are none. */
function tablesIn(text: string): string[] {
  const mentions = text.matchAll(
    /\b(?:from|join|into|using|(?<!duplicate key )update) ([\w.]+)(?![\w.]*\()((?: as \w+| (?!set\b|where\b)\w+)?, ?[\w.]+)?/g,
  )
  return [...mentions].flatMap(([, table, more]) => [table!, more].filter((name) => name !== undefined))
}

const insertsKeys = (text: string) => /^insert into [\w.]+ \((\w+, )*sid\b[^)]*\) values \(/.test(text)

const VALUE = String.raw`(?:\?|\$\d+)(?:::[a-z]+(?:\[\])?)*`
const BY_VALUE = new RegExp(
  String.raw`^(?:${TABLE}\.)?sid (?:= ${VALUE}|= any\(${VALUE}\)|in \(${VALUE}(?:, ${VALUE})*\))$`,
)
const BY_LIST = new RegExp(`^${TABLE}\\.sid = t\\.sid$`)
const LISTS = [
  /\bfrom unnest\(.*\) as t \(sid\b/,
  /\bfrom \(values \(\$\d+::bytea\b.*\)\) as t \(sid\b/,
  /\bjoin \(select cast\(\? as binary\(32\)\) as sid\b.*\) as t\b/,
]

/** Whether each row has to have one of the keys: a condition that others can only narrow. */
function isByKey(text: string): boolean {
  const [, where = ''] = atTopLevel(text, 'where')
  const [, on = ''] = atTopLevel(text, 'on')
  const conditions = [where.split(/ (?:returning|order by|limit|for|lock) /)[0]!, on.split(' set ')[0]!]
  if (conditions.some((condition) => atTopLevel(condition, 'or').length > 1)) return false
  const parts = conditions.flatMap((condition) => atTopLevel(condition, 'and')).map((part) => part.trim())
  return parts.some((part) => BY_VALUE.test(part) || (BY_LIST.test(part) && LISTS.some((list) => list.test(text))))
}

/** Splits at a word, but not within parentheses. */
function atTopLevel(text: string, word: string): string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const token of text.split(/(?=[() ])|(?<=[() ])/)) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (depth === 0 && token === word) parts.push('')
    else parts[parts.length - 1] += token
  }
  return parts
}

/** Each statement behind the first of a transaction. */
function longTransactions(sent: readonly Sent[]): Objection[] {
  const open = new Map<unknown, number>()
  return sent.flatMap((statement) => {
    const { text, connection } = statement
    if (/^\s*(begin|start)/i.test(text)) open.set(connection, 0)
    else if (isBoundary(text)) open.delete(connection)
    else if (open.has(connection)) {
      open.set(connection, open.get(connection)! + 1)
      if (open.get(connection)! > 1) return [{ rule: 'transaction' as const, statement }]
    }
    return []
  })
}
