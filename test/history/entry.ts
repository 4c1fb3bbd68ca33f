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
