import { DEEPEST } from '../../payload/nesting.ts'
import { kindOf } from './merging.ts'

type Content = Record<string, unknown>

/**
 * The keys whose values share an object with another place of the content, or contain themselves. A merge inside of
 * them would make two objects of one, so they are kept in one piece.
 */
export function tangledKeys(content: Content): ReadonlySet<string> {
  const owners = new Map<object, string>()
  const tangled = new Set<string>()
  for (const key of Object.keys(content)) if (key !== 'cookie') visit(content[key], key, 1)
  return tangled

  function visit(value: unknown, key: string, level: number): void {
    if (kindOf(value) === undefined) return
    const owner = owners.get(value as object)
    if (owner !== undefined || level > DEEPEST) {
      tangled.add(owner ?? key).add(key)
      return
    }
    owners.set(value as object, key)
    for (const child of inside(value as object)) visit(child, key, level + 1)
  }
}

function inside(value: object): Iterable<unknown> {
  if (value instanceof Map) return [...value.keys(), ...value.values()]
  return Array.isArray(value) || value instanceof Set ? value : Object.values(value)
}
