import type { Session } from '../races/protocol.ts'

/** What a session has of the content of another one, in whose place it began. */
export class Inheritance {
  readonly #name: string
  readonly #parent: Inheritance | undefined
  /** Those that were read with content of this one. */
  readonly #heirs = new Set<string>()
  /** It began after the end of the other one: nothing that it was given must ever be read. */
  mustBeEmpty = false
  /** The other one may have ended before. */
  mayBeEmpty = false
  /** Nothing may have told any more that the other one ever was: the host alone knows that its id is none of its own. */
  mayBeUnknown = false

  constructor(name: string, parent: Inheritance | undefined) {
    this.#name = name
    this.#parent = parent
  }

  /** What is to be stored of it. */
  content(): { inherited?: string } {
    return this.#parent ? { inherited: this.#parent.#name } : {}
  }

  /** What is wrong with what was read: of all that began in place of one session a single one did so in time. */
  faultOf({ cookie, $storedSession, ...content }: Session): string | undefined {
    // What others saved into it since is its own.
    if (this.mustBeEmpty) return 'inherited' in content || 'tag' in content ? `that of ${content.inherited}` : undefined
    if (this.mayBeEmpty && !('tag' in content)) this.mustBeEmpty = true
    const parent = this.#parent
    if (!parent || content.inherited !== parent.#name) return undefined
    if (!this.mayBeUnknown) parent.#heirs.add(this.#name)
    return parent.#heirs.size > 1 ? `${parent.#name} has several heirs` : undefined
  }

  /** Whether this is of another session than it may be of. */
  isForeign({ inherited }: Session): boolean {
    return inherited !== undefined && inherited !== this.#parent?.name
  }

  get name(): string {
    return this.#name
  }
}
