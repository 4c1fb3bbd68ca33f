/** The most sessions whose owners are remembered. */
const MOST = 10_000

/** The owners of the sessions that this process used recently: a row does not show its owner after the end. */
export class Owners {
  readonly #owners = new Map<string, string | null>()

  /** Notes an owner. The entries that were noted first are forgotten first. */
  note(sid: Buffer, userId: string | null): void {
    const key = sid.toString('latin1')
    this.#owners.delete(key)
    if (this.#owners.size >= MOST) this.#owners.delete(this.#owners.keys().next().value as string)
    this.#owners.set(key, userId)
  }

  /** Undefined for a session that is not remembered. */
  of(sid: Buffer): string | null | undefined {
    return this.#owners.get(sid.toString('latin1'))
  }

  /** Forgets a user. */
  forget(userId: string): void {
    for (const [key, owner] of this.#owners) if (owner === userId) this.#owners.delete(key)
  }
}

/** Members that are known already, up to a number: the oldest are forgotten first. */
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
