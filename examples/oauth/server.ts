import { oauth2App } from './application.ts'
import { port, server, sessionOptions, setting } from './settings.ts'

const options = sessionOptions()
const client = {
  issuer: setting('OAUTH_ISSUER', 'Set the address of your issuer, such as https://login.example.com'),
  id: setting('OAUTH_CLIENT_ID', 'Your issuer shows it when you register this application.'),
  secret: setting('OAUTH_CLIENT_SECRET', 'Your issuer shows it when you register this application.'),
  callbackUri: setting('OAUTH_CALLBACK', 'Set the address of /callback here, such as https://example.com/callback'),
}
const app = await oauth2App(options, client, server)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port })}`)
