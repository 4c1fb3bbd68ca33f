const sharers = new WeakMap<object, number>()

/** Notes of the things that one statement concerned how many they were. */
export function noteSharers(things: readonly object[], count = things.length): void {
  for (const thing of things) sharers.set(thing, count)
}

/** How many the statement concerned that this one was in; undefined when nobody noted it. */
export const sharersOf = (thing: object): number | undefined => sharers.get(thing)
