import { StoredSessionStore } from '../../src/index.ts'
import { secret } from './sign-in.ts'

// A process that migrates each database it is told of, and says how that went.
process.on('message', async (database: string) => {
  const store = new StoredSessionStore({ database, secret, migrate: true })
  const failure = await store.ready().then(
    () => '',
    (error) => String(error),
  )
  await store.close()
  process.send!({ failure })
})
process.send!({ failure: '' })
