const sharers = new WeakMap<object, number>()
let watching = 0

/** Does something whose sharers are to be known afterwards. They are noted for nobody else. */
export async function watchingSharers<Result>(work: () => Promise<Result>): Promise<Result> {
  watching++
  try {
    return await work()
  } finally {
    watching--
  }
}

/** Notes of the things that one statement concerned how many they were. */
export function noteSharers(things: readonly object[], count = things.length): void {
  if (watching === 0) return
  for (const thing of things) sharers.set(thing, count)
}

/** How many the statement concerned that this thing was in; undefined when nobody noted it. */
export const sharersOf = (thing: object): number | undefined => sharers.get(thing)
