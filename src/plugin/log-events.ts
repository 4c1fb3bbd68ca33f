import type { FastifyBaseLogger } from 'fastify'
import type { SessionEventEmitter } from '../store/events.ts'

/** Tells the application's log what an operator should know. Sids are hashes; nothing here opens a session. */
export function logEvents(events: SessionEventEmitter, log: FastifyBaseLogger): void {
  const logger = log.child({ plugin: 'stored-session' })
  events.on('unreadable', ({ sid, reason }) => {
    logger.warn({ sid, reason }, 'a stored session could not be read; its user gets a new one')
  })
  events.on('backgroundError', ({ work, error }) => {
    logger.error({ err: error }, `${work} in the background failed; it will be tried again`)
  })
  events.on('unencrypted', ({ sid }) => {
    logger.warn({ sid }, 'a session that is not encrypted was read, because acceptUnencrypted is on')
  })
  events.on('keyAge', ({ days }) => {
    logger.warn({ days }, 'the key that seals sessions is old; put a new one in front of it')
  })
  events.on('slowKeyService', ({ call, ms }) => {
    logger.warn({ call, ms }, 'the key service is slow to answer')
  })
  events.on('gone', ({ sid }) => {
    logger.info({ sid }, 'a session had ended before its changes could be saved')
  })
  events.on('conflict', ({ sid, keys }) => {
    logger.info({ sid, keys }, 'two requests changed the same keys of a session; the later one stands')
  })
}
