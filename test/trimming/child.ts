/** A process that trims a database with a store of its own when it is told to, and says what came of it. */
import { StoredSessionStore, type StoreOptions, type TrimOptions } from '../../src/index.ts'

/** What the parent asks for. */
export interface TrimCall {
  readonly url: string
  readonly secret: string
  readonly options: TrimOptions
  readonly store: Partial<StoreOptions>
}

process.on('message', async ({ url, secret, options, store: more }: TrimCall) => {
  const store = new StoredSessionStore({ database: url, secret, trim: false, ...more })
  process.send!(await store.trim(options))
  await store.close()
})
process.on('disconnect', () => process.exit())
process.send!('ready')
