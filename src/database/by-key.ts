/** In the order of their keys, so that two processes that change the same rows do not wait for each other in turn. */
export const inKeyOrder = <Item extends { readonly sid: Buffer }>(items: readonly Item[]): Item[] =>
  items.toSorted((one, other) => one.sid.compare(other.sid))
