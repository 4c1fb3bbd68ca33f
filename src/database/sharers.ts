const sharers = new WeakMap<object, number>()
let watching = 0

/** Does work during which the number of sessions that share a statement is noted; without it nothing is noted. */
export async function watchingSharers<Result>(work: () => Promise<Result>): Promise<Result> {
  watching++
  try {
    return await work()
  } finally {
    watching--
  }
}

/** Notes for each of the things that share one statement how many they are. */
export function noteSharers(things: readonly object[], count = things.length): void {
  if (watching === 0) return
  for (const thing of things) sharers.set(thing, count)
}

/** How many things shared the statement of this one; undefined when it was not noted. */
export const sharersOf = (thing: object): number | undefined => sharers.get(thing)
