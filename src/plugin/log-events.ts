import type { FastifyBaseLogger } from 'fastify'
import type { SessionEventEmitter } from '../store/events.ts'
import { LimitedLines } from './limited-lines.ts'

/**
 * Tells the application's log what an operator should know. Sids are hashes; nothing here opens a session.
 *
 * @returns what tells the log, in the end, how many lines were left out since the last
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
  events.on('unencrypted', ({ sid }) => {
    limited.warn('unencrypted', { sid }, 'a session that is not encrypted was read, because acceptUnencrypted is on')
  })
  events.on('keyAge', ({ days }) => {
    logger.warn({ days }, 'the key that seals sessions is old; put a new one in front of it')
  })
  events.on('misdatedKey', ({ keyId, since }) => {
    limited.warn(`misdated ${keyId}`, { keyId, since }, since === undefined ? UNDATED : MISDATED)
  })
  events.on('slowKeyService', ({ call, ms }) => {
    limited.warn(`slow ${call}`, { call, ms }, 'the key service is slow to answer')
  })
  events.on('backlog', ({ backlog, rounds }) => {
    logger.warn(
      { backlog, rounds },
      'trimming does not keep up: every round leaves more rows over; raise trim.maxDuration, or trim more often',
    )
  })
  events.on('gone', ({ sid }) => {
    logger.debug({ sid }, 'a session had ended before its changes could be saved')
  })
  events.on('conflict', ({ sid, keys }) => {
    logger.debug({ sid, keys }, 'two requests changed the same keys of a session; the later one stands')
  })
  events.on('trim', ({ sessions = 0, durationMs, outcome }) => {
    if (sessions > 0) logger.info({ trimmed: sessions, outcome, durationMs }, 'trimmed sessions that were over')
  })
  events.on('revoked', ({ sessions }) => {
    logger.info({ sessions }, 'ended the sessions of a user')
  })
  return () => limited.flush()
}

const MISDATED =
  'a wrapped key has another created_at than the one it was made with, so it seals nothing. Find out who can write to the table of keys, and set created_at back to "since"'
const UNDATED =
  'a wrapped key of a former version has no date, so it seals nothing, and still opens. Right after an update this is expected, once; at any other time its created_at was changed. Find out who can write to the table of keys'

// One by one they are each somebody's session: all are told, but not one at every request of theirs.
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
