/** Notes on objects of others, gone with the object. */
export interface Notes<Value> {
  has(object: object): boolean
  get(object: object): Value | undefined
  set(object: object, value: Value): void
}

/**
 * What a WeakMap does, in a private field that is added to the object: nobody else can see it, and there is no table
 * that grows and is cleaned for every request. Makes a saving of some microseconds of each.
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

/** Makes `new` of a class that extends it add its fields to an object that is there already. */
class Given {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what it is for
    return given
  }
}
