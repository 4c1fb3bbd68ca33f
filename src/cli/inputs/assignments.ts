import { RESERVED_NAMES } from '../../payload/reserved-names.ts'
import { UsageError } from '../frame/errors.ts'

/** The values of `--set KEY=VALUE`: JSON where it is JSON, and otherwise text. */
export function assignments(texts: readonly string[]): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>()
  for (const text of texts) {
    const end = text.indexOf('=')
    if (end < 1) throw new UsageError('--set needs a key and a value: --set KEY=VALUE; delete a key with --unset KEY')
    const key = text.slice(0, end)
    if (key === 'cookie' || RESERVED_NAMES.has(key))
      throw new UsageError(`--set cannot set ${key}: this name is reserved`)
    if (values.has(key)) throw new UsageError('one key is set twice; remove one --set')
    values.set(key, jsonOrText(text.slice(end + 1)))
  }
  return values
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
