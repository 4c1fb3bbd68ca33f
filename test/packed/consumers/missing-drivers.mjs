import { StoredSessionStore } from 'stored-session'
import { maxmindLocation } from 'stored-session/location'

const secret = 'a secret of well over thirty-two characters'

for (const database of ['sqlite::memory:', 'mysql://127.0.0.1/sessions', 'postgres://127.0.0.1/sessions']) {
  const store = new StoredSessionStore({ database, secret, migrate: true })
  const fault = await store.ready().catch((error) => error)
  console.log(`${fault.code} ${fault.message}`)
  await store.close()
}
try {
  maxmindLocation({ file: 'city.mmdb' })
} catch (fault) {
  console.log(`${fault.code} ${fault.message}`)
}
