/** A user who is signed in from several countries. */
export interface Traveller {
  readonly user: string
  /** Two letters each, sorted. */
  readonly countries: readonly string[]
  /** Live sessions whose country is known. */
  readonly sessions: number
}

interface Places {
  readonly countries: Set<string>
  sessions: number
}

/** The countries of each user. Most users have one, which costs one entry of a map and no set. */
export class UserCountries {
  readonly #single = new Map<string, { readonly country: string; sessions: number }>()
  readonly #several = new Map<string, Places>()

  add(user: string, country: string): void {
    const several = this.#several.get(user)
    if (several) {
      several.countries.add(country)
      several.sessions++
      return
    }
    const single = this.#single.get(user)
    if (!single) this.#single.set(user, { country, sessions: 1 })
    else if (single.country === country) single.sessions++
    else {
      this.#single.delete(user)
      this.#several.set(user, { countries: new Set([single.country, country]), sessions: single.sessions + 1 })
    }
  }

  /** How many users are in two or more countries. */
  get count(): number {
    return this.#several.size
  }

  /** Those in most countries first, then by name. */
  most(limit: number): Traveller[] {
    const all = [...this.#several].map(([user, { countries, sessions }]) => ({
      user,
      countries: [...countries].sort(),
      sessions,
    }))
    return all
      .sort((one, other) => other.countries.length - one.countries.length || (one.user < other.user ? -1 : 1))
      .slice(0, limit)
  }
}
