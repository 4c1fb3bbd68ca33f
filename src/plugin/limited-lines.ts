/** For so long a line that repeats is only counted, in milliseconds. */
const QUIET_MS = 10_000

/** Kinds of lines that are remembered at most; those of the longest ago are told and forgotten. */
const MOST_KINDS = 1_000

type Level = 'warn' | 'error'
type Write = (level: Level, fields: object, message: string) => void

interface Kind {
  readonly since: number
  readonly level: Level
  readonly message: string
  leftOut: number
}

/**
 * Lines of a log that may repeat with every request. The first of a kind is written at once; those that follow are
 * counted, and the next that is written has their number in `leftOut`.
 */
export class LimitedLines {
  readonly #write: Write
  readonly #kinds = new Map<string, Kind>()

  constructor(write: Write) {
    this.#write = write
  }

  /** @param kind - what lines must share to be one another's repetition */
  warn(kind: string, fields: object, message: string): void {
    this.#tell('warn', kind, fields, message)
  }

  error(kind: string, fields: object, message: string): void {
    this.#tell('error', kind, fields, message)
  }

  /** Writes how many lines were left out since the last of each kind. */
  flush(): void {
    for (const kind of this.#kinds.values()) this.#settle(kind)
    this.#kinds.clear()
  }

  #tell(level: Level, name: string, fields: object, message: string): void {
    const known = this.#kinds.get(name)
    if (known && Date.now() - known.since < QUIET_MS) {
      known.leftOut++
      return
    }
    const leftOut = known?.leftOut ?? 0
    this.#remember(name, { since: Date.now(), level, message, leftOut: 0 })
    this.#write(level, leftOut > 0 ? { ...fields, leftOut } : fields, message)
  }

  // A Map keeps the order in which its members came: the first is the oldest.
  #remember(name: string, kind: Kind): void {
    this.#kinds.delete(name)
    if (this.#kinds.size >= MOST_KINDS) {
      const [oldest, first] = this.#kinds.entries().next().value as [string, Kind]
      this.#kinds.delete(oldest)
      this.#settle(first)
    }
    this.#kinds.set(name, kind)
  }

  #settle({ level, message, leftOut }: Kind): void {
    if (leftOut > 0) this.#write(level, { leftOut }, message)
  }
}
