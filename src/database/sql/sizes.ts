/*
 * Statements for several rows are prepared for few sizes, and lists are filled up.
 */
/** Rows that one statement names: few sizes, so that few statements are prepared. */
const SIZES = [1, 4, 16, 64]
export const LARGEST = 64

/** Builds what each size needs, once. */
export const bySize = <Built>(build: (size: number) => Built) => new Map(SIZES.map((size) => [size, build(size)]))

/** From 0, so many numbers. */
export const sequence = (size: number) => Array.from({ length: size }, (_, index) => index)

/** Cuts a list into parts of these sizes, and fills the last one up. */
export function chunks<Item>(list: readonly Item[], filling: (last: Item) => Item): Item[][] {
  const result: Item[][] = []
  for (let start = 0; start < list.length; start += LARGEST) {
    result.push(padded(list.slice(start, start + LARGEST), filling))
  }
  return result
}

/** Cuts a list into parts of these sizes, and fills nothing up. */
export function exactChunks<Item>(list: readonly Item[]): Item[][] {
  const result: Item[][] = []
  for (let start = 0; start < list.length; ) {
    const size = SIZES.findLast((candidate) => candidate <= list.length - start)!
    result.push(list.slice(start, start + size))
    start += size
  }
  return result
}

/** Fills a list up to one of these sizes. */
export function padded<Item>(chunk: readonly Item[], filling: (last: Item) => Item): Item[] {
  const size = SIZES.find((candidate) => candidate >= chunk.length)!
  const fill = filling(chunk.at(-1)!)
  return [...chunk, ...Array.from({ length: size - chunk.length }, () => fill)]
}

/** The properties of each row under its number: `sid0`, `version0`, `sid1` and so on. */
export function numbered(rows: readonly object[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  rows.forEach((row, index) => {
    for (const [name, item] of Object.entries(row)) values[name + index] = item
  })
  return values
}
