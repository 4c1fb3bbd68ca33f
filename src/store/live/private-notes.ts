/** Notes on objects of other code; a note is garbage-collected with its object. */
interface Notes<Value> {
  has(object: object): boolean
  get(object: object): Value | undefined
  set(object: object, value: Value): void
}

/**
 * Works like a WeakMap, but in a private field that is added to the object, which no other code can see. There is no
 * table that grows and is cleaned for every request, which saves some microseconds for each.
 */
export function notes<Value>(): Notes<Value> {
  return class Noted extends Given {
    #value: Value | undefined

    static has(object: object): boolean {
      return #value in object
    }

    static get(object: object): Value | undefined {
      return #value in object ? object.#value : undefined
    }

    static set(object: object, value: Value): void {
      const noted = #value in object ? object : new Noted(object)
      noted.#value = value
    }
  }
}

/** Returns the given object from `new`, so that a subclass adds its fields to an existing object. */
class Given {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the subclass extends the returned object
    return given
  }
}
