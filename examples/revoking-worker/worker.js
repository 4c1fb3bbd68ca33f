import { setTimeout as sleep } from 'node:timers/promises'
import { StoredSessionStore } from 'stored-session'
import { blockedAccounts, noteSessionsEnded } from './accounts.js'
import options from './stored-session.config.js'

const INTERVAL_MS = 1_000

// The store works without a server. It accepts no options for cookies, and the server deletes old rows.
const { cookie: _, ...storeOptions } = options
const store = new StoredSessionStore({ ...storeOptions, trim: false })
await store.ready()

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort())

console.log('Waiting for blocked accounts')
while (!stopping.signal.aborted) {
  for (const name of blockedAccounts()) await endSessionsOf(name)
  await sleep(INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => {})
}
await store.close()

async function endSessionsOf(name) {
  try {
    const { revoked } = await store.revoke({ user: name, actor: 'worker' })
    // Only now: a worker that stops before this line ends the sessions again, which changes nothing.
    noteSessionsEnded(name)
    console.log(`Ended ${revoked} sessions of ${name}`)
  } catch (error) {
    console.error(`The sessions of ${name} have not ended, and the next round repeats it: ${error.message}`)
  }
}
