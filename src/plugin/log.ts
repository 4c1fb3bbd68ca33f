import type { FastifyBaseLogger } from 'fastify'
import type { SessionEventEmitter } from '../store/core/events.ts'

/**
 * Writes to the application's log what an operator should know. Sids are hashes, so no line opens a session.
 *
 * @returns a function that finally logs how many lines were left out
 */
export function logEvents(events: SessionEventEmitter, log: FastifyBaseLogger): () => void {
  const logger = log.child({ plugin: 'stored-session' })
  const limited = new LimitedLines((level, fields, message) => logger[level](fields, message))
  logUnreadable(events, limited)
  logFaults(events, limited)
  events.on('acceptsUnencrypted', ({ until }) => {
    logger.warn(
      { until },
      'acceptUnencrypted is on: until its date a client that can write to the database can make sessions of any user. Remove the option as soon as the imported rows are sealed (npx stored-session reencrypt)',
    )
  })
  events.on('databaseWarning', ({ message }) => logger.warn(message))
  events.on('unencrypted', ({ sid }) => {
    limited.warn('unencrypted', { sid }, 'a session that is not encrypted was read, because acceptUnencrypted is on')
  })
  events.on('reused', ({ sid, previousSid, isEnded }) => {
    limited.warn(`reused ${previousSid}`, { sid, previousSid }, isEnded ? ENDED_BY_REUSE : REUSED)
  })
  events.on('suspicious', ({ sid, country, device }) => {
    logger.info({ sid, country, device }, 'a session changed its country or its kind of device')
  })
  events.on('keyAge', ({ days }) => {
    logger.warn({ days }, 'the key that seals sessions is older than warnKeyAge; add a new key before it in the list')
  })
  events.on('unproven', ({ sid }) => {
    limited.warn(
      `unproven ${sid}`,
      { sid },
      'a request named a session that is bound to a device, without a proof of this device, and got no session',
    )
  })
  events.on('misdatedKey', ({ keyId, since }) => {
    limited.warn(`misdated ${keyId}`, { keyId, since }, since === undefined ? UNDATED : MISDATED)
  })
  events.on('slowKeyService', ({ call, ms }) => {
    limited.warn(`slow ${call}`, { call, ms }, 'the key service answers slowly')
  })
  events.on('metadataFailure', ({ what, error }) => {
    limited.warn(
      `metadata ${what}`,
      { err: error },
      `the ${what} of a request was left out of the metadata of its session`,
    )
  })
  events.on('backlog', ({ backlog, rounds }) => {
    logger.warn(
      { backlog, rounds },
      'trimming does not keep up: each round leaves more rows than the one before; raise trim.maxDuration, lower trim.interval, or set trim.pause to a number such as 25',
    )
  })
  events.on('gone', ({ sid }) => {
    logger.debug(
      { sid },
      'changes of a session were dropped, because it had ended, has another id now, or belongs to another user',
    )
  })
  events.on('conflict', ({ sid, keys }) => {
    logger.debug({ sid, keys }, 'two requests changed the same keys of a session; the later one stands')
  })
  events.on('trim', ({ sessions = 0, durationMs, outcome }) => {
    if (sessions > 0) logger.info({ trimmed: sessions, outcome, durationMs }, 'trimmed expired and ended sessions')
  })
  events.on('revealed', ({ sid, actor }) => {
    logger.info({ sid, actor }, 'an operator looked at the content of a session')
  })
  events.on('revoked', ({ sessions }) => {
    logger.info({ sessions }, 'revoked sessions')
  })
  return () => limited.flush()
}

const REUSED =
  'an old id of a session was used after its overlap, while a later id is in use: two parties hold the session'
const ENDED_BY_REUSE = `${REUSED}, so it was ended`
const MISDATED =
  'the created_at of a wrapped key was changed, so the key does not seal any more. Find out who can write to the table of keys, and set created_at back to "since"'
const UNDATED =
  'a wrapped key of an earlier version has no date, so it does not seal any more, and still opens. Right after an update this is expected once. At any other time its created_at was changed: find out who can write to the table of keys'

// The kind contains the sid, so that each session gets a line, but not at every request.
function logUnreadable(events: SessionEventEmitter, limited: LimitedLines): void {
  events.on('unreadable', ({ sid, reason }) => {
    limited.warn(`unreadable ${sid}`, { sid, reason }, 'a stored session could not be read; its user gets a new one')
  })
}

function logFaults(events: SessionEventEmitter, limited: LimitedLines): void {
  events.on('fault', ({ operation, error }) => {
    limited.error(
      `fault ${codeOf(error.cause)}`,
      { operation, err: error },
      'a session could not be used, because the database or the key provider failed',
    )
  })
  events.on('historyDropped', ({ events: lost }) => {
    limited.error('history dropped', { events: lost }, 'events of the history were lost, because too many waited')
  })
  events.on('backgroundError', ({ work, error }) => {
    limited.error(
      `${work} ${codeOf(error.cause)}`,
      { err: error },
      `${work} in the background failed; it will be tried again`,
    )
  })
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? '')
}

/** For this time a repeated line is only counted, in milliseconds. */
const QUIET_MS = 10_000

/** The most kinds of lines to remember; above it the oldest kind is logged and forgotten. */
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
 * Log lines that may repeat with every request. The first line of a kind is written at once. Repeated lines are
 * counted, and the next written line has their number in `leftOut`.
 */
export class LimitedLines {
  readonly #write: Write
  readonly #kinds = new Map<string, Kind>()

  constructor(write: Write) {
    this.#write = write
  }

  /** @param kind - the same for lines that count as repetitions */
  warn(kind: string, fields: object, message: string): void {
    this.#tell('warn', kind, fields, message)
  }

  error(kind: string, fields: object, message: string): void {
    this.#tell('error', kind, fields, message)
  }

  /** Writes how many lines of each kind were left out since the last written line. */
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

  // A Map keeps the order of insertion, so its first entry is the oldest.
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
