/** Where the entry of a key is in a session: keys of different actors share objects and Maps, one inside the other. */
export function holderOf(session: Record<string, unknown>, key: string, isRich: boolean): Holder {
  const depth = Number(key.slice(1)) % 4
  if (!(depth > 0)) return holding(session)
  session.cart ??= {}
  const cart = session.cart as Record<string, unknown>
  if (depth === 1) return holding(cart)
  cart.shelf ??= isRich ? new Map() : {}
  return cart.shelf instanceof Map ? (cart.shelf as Map<string, unknown>) : holding(cart.shelf as never)
}

interface Holder {
  get(key: string): unknown
  set(key: string, value: unknown): unknown
}

const holding = (object: Record<string, unknown>): Holder => ({
  get: (key) => object[key],
  set: (key, value) => {
    object[key] = value
  },
})

/** What a key of a session holds: a count, in several forms that must agree with each other. */
export function entryOf(tag: string, count: number, isRich: boolean): unknown {
  if (!isRich) return { tag, count }
  return new Map<string, unknown>([
    ['tag', tag],
    ['count', count],
    ['nested', new Map([['big', BigInt(count)]])],
    ['date', new Date(count)],
  ])
}

/** The count of an entry, 0 where there is none, and undefined where it is not what {@link entryOf} made. */
export function countIn(entry: unknown, tag: string, isRich: boolean): number | undefined {
  if (entry === undefined) return 0
  if (!isRich) return (entry as { tag: string }).tag === tag ? (entry as { count: number }).count : undefined
  if (!(entry instanceof Map) || entry.get('tag') !== tag) return undefined
  const count = entry.get('count')
  const agrees = entry.get('nested').get('big') === BigInt(count) && entry.get('date').getTime() === count
  return agrees ? count : undefined
}
