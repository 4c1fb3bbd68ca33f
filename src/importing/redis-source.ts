import type { Redis } from 'ioredis'
import { loadDriver } from '../database/sql/load-driver.ts'
import type { ForeignSession } from '../store/imports/foreign-session.ts'
import { BATCH, type SessionSource, type SourcePlace } from './source.ts'

const DEFAULT_PREFIX = 'sess:'

/** Reads the Redis keys with a prefix. A key may come twice, and a key that is added during the scan may be missing. */
export async function* redisSource({ url, prefix = DEFAULT_PREFIX }: SourcePlace): SessionSource {
  const { Redis } = await loadDriver('Redis', 'ioredis', () => import('ioredis'))
  // By default the client retries without end, and the command never fails.
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  // No failure is lost here: the command in progress rejects too.
  let failure: Error | undefined
  client.on('error', (error) => {
    failure = error
  })
  try {
    await client.connect().catch((error) => Promise.reject(failure ?? error))
    const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`
    for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
      const [next, keys] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', BATCH)
      const sessions = await sessionsOf(client, keys, prefix.length)
      if (sessions.length > 0) yield sessions
      cursor = next
    }
  } finally {
    client.disconnect()
  }
}

async function sessionsOf(client: Redis, keys: string[], prefixLength: number): Promise<ForeignSession[]> {
  const commands = client.pipeline()
  for (const key of keys) commands.getBuffer(key).pttl(key)
  const answers = ((await commands.exec()) ?? []).map(([error, answer]) => {
    if (error) throw error
    return answer
  })
  const now = Date.now()
  return keys.flatMap((key, index) => {
    const [data, ttl] = answers.slice(index * 2) as [Buffer | null, number]
    // A session that ended since the scan is skipped. Without a time to live, the cookie decides when the session ends.
    if (!data) return []
    return [{ id: key.slice(prefixLength), data, expiresAt: ttl < 0 ? undefined : now + ttl }]
  })
}
