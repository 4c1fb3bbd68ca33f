import { className, type StorableRules } from './storable.ts'

/** What JSON brings back equal. */
export const jsonRules: StorableRules = {
  isReference: () => false,
  refusePrimitive: (value) => {
    if (typeof value === 'bigint') return 'JSON cannot store a BigInt; use the msgpack serializer'
    if (typeof value === 'number' && !Number.isFinite(value)) return `JSON cannot store ${value}`
    return undefined
  },
  // As the value of a name it is left out, and so comes back as it went in.
  refuseItem: (value) => (value === undefined ? 'JSON makes null of undefined in a list; store null' : undefined),
  inside: (value) =>
    `JSON cannot store instances of ${className(value)}; use the msgpack serializer, or store a plain value`,
}
