import { createRequire } from 'node:module'

export interface RedisAdmin {
  version(): Promise<string>
  setting(name: string): Promise<string>
  /** Commands that the server has worked off so far. */
  commands(): Promise<number>
  bytesPerKey(): Promise<number>
  clear(): Promise<void>
  close(): void
}

const SAMPLE = 50

export async function redisAdmin(url: string): Promise<RedisAdmin> {
  const { Redis } = createRequire(import.meta.url)('ioredis')
  const client = new Redis(url)
  const info = async (section: string): Promise<string> => client.info(section)
  return {
    version: async () => /redis_version:(\S+)/.exec(await info('server'))?.[1] ?? '',
    setting: async (name) => (await client.config('GET', name))[1],
    async commands() {
      const calls = [...(await info('commandstats')).matchAll(/calls=(\d+)/g)]
      return calls.reduce((sum, [, count]) => sum + Number(count), 0)
    },
    async bytesPerKey() {
      const keys: string[] = (await client.keys('sess:*')).slice(0, SAMPLE)
      const sizes: number[] = await Promise.all(keys.map(async (key) => key.length + Number(await client.strlen(key))))
      return sizes.reduce((sum, size) => sum + size, 0) / sizes.length
    },
    clear: async () => void (await client.flushall()),
    close: () => client.disconnect(),
  }
}
