/** The most sessions that are remembered. */
const MOST = 10_000

/** What is known of the sessions that this process used recently. The first that were noted are forgotten first. */
export class Recent<Value> {
  readonly #values = new Map<string, Value>()

  /** @param session - its sid or its id, and the same in {@link of} */
  note(session: Buffer | string, value: Value): void {
    const key = keyOf(session)
    this.#values.delete(key)
    if (this.#values.size >= MOST) this.#values.delete(this.#values.keys().next().value as string)
    this.#values.set(key, value)
  }

  /** Undefined for a session that is not remembered. */
  of(session: Buffer | string): Value | undefined {
    return this.#values.get(keyOf(session))
  }

  forget(isForgotten: (value: Value) => boolean): void {
    for (const [key, value] of this.#values) if (isForgotten(value)) this.#values.delete(key)
  }
}

const keyOf = (session: Buffer | string) => (typeof session === 'string' ? session : session.toString('latin1'))

/** Names that are known already, up to a number: the first are forgotten first. */
export class Once {
  readonly #known = new Set<string>()

  /** Whether this is the first time, as far as it is remembered. */
  isFirst(name: string): boolean {
    if (this.#known.has(name)) return false
    if (this.#known.size >= MOST) this.#known.delete(this.#known.values().next().value as string)
    this.#known.add(name)
    return true
  }
}
