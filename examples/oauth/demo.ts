import { randomBytes } from 'node:crypto'
import { oauth2App } from './application.ts'
import { issuerOf, localIssuer } from './local-issuer.ts'
import { port, server, sessionOptions } from './settings.ts'

// Only a demonstration: this issuer lets every visitor in.
const client = { id: 'demo', secret: randomBytes(16).toString('hex') }
const issuer = await localIssuer(client)
const callbackUri = `http://127.0.0.1:${port}/callback`
const app = await oauth2App(sessionOptions(), { ...client, issuer: issuerOf(issuer), callbackUri }, server)
app.addHook('onClose', async () => void issuer.close())

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())

console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port })}`)
