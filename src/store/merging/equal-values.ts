import { types } from 'node:util'

/**
 * Finds the equal of a value. Objects come back from the database as copies, so keys of Maps and elements of Sets are
 * equal by their content.
 */
export class EqualValues {
  readonly #isSame: (one: unknown, other: unknown) => boolean
  readonly #known = new Map<string, object[]>()

  constructor(isSame: (one: unknown, other: unknown) => boolean) {
    this.#isSame = isSame
  }

  /** The value itself, or the first object that was asked for and equals it. */
  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const hash = hashOf(value)
    const alike = this.#known.get(hash)
    if (!alike) this.#known.set(hash, [value])
    const equal = alike?.find((one) => one === value || this.#isSame(one, value))
    if (alike && !equal) alike.push(value)
    return equal ?? value
  }
}

/** The same text for equal values, so that only values with the same text are compared. */
function hashOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
  if (Array.isArray(value)) return `[${value.map(hashOf).join()}]`
  if (types.isMap(value) || types.isSet(value)) return `(${Array.from(value as Iterable<unknown>, hashOf).sort()})`
  if (types.isDate(value)) return `date ${value.getTime()}`
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${key}:${hashOf((value as Record<string, unknown>)[key])}`).join()}}`
}
