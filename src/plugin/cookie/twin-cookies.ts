import { Signer } from '@fastify/cookie'
import type { IdReading } from '../../store/requests/first-reading.ts'
import type { Asker } from '../../store/requests/unproven.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'

interface Host {
  readonly secret: string | string[]
  readonly algorithm?: string
  readonly cookiePrefix: string
}

/** The chosen cookie, and what its id was found to be if it was read for the choice. */
export interface Choice {
  readonly value: string
  readonly read?: IdReading
}

/**
 * Chooses among several cookies of one name. A browser sends them after `cookie.domain` or `cookie.path` has changed,
 * the older cookie first.
 */
export class TwinCookies {
  readonly #store: StoredSessionStore
  readonly #signer: Signer
  readonly #prefix: string

  constructor(store: StoredSessionStore, { secret, algorithm = 'sha256', cookiePrefix }: Host) {
    this.#store = store
    this.#signer = new Signer(secret, algorithm)
    this.#prefix = cookiePrefix
  }

  /** The first value that opens a live session, otherwise the first that is signed. All are read in one statement. */
  async choose(values: readonly [string, ...string[]], asker: Asker): Promise<Choice> {
    const signed = values.map((value) => ({ value, id: this.idOf(value) })).filter(({ id }) => id !== undefined)
    const [first] = signed
    if (!first || signed.length === 1) return first ?? { value: values[0] }
    try {
      const ids = signed.map(({ id }) => id) as [string, ...string[]]
      const read = await this.#store.requests.readFirst(ids, asker)
      return { value: signed.find(({ id }) => id === read.id)?.value ?? first.value, read }
    } catch {
      // The host reads the session again, and the request gets the error of that read.
      return first
    }
  }

  /** The id in a value that this application signed. */
  idOf(value: string): string | undefined {
    const { valid, value: id } = this.#signer.unsign(value.slice(this.#prefix.length))
    return valid && id !== null ? id : undefined
  }
}
