import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../src/index.ts'

type MakeApp = (options: StoredSessionOptions) => Promise<FastifyInstance>

const port = Number(process.env.PORT || 3000)

/** The examples that have something to look at. */
const EXAMPLES: Record<string, MakeApp> = {
  csrf: async (options) => (await import('./csrf.ts')).csrfApp(options),
  oauth2: async (options) => {
    const client = { id: 'example', secret: randomBytes(16).toString('hex') }
    const { issuerOf, localIssuer } = await import('./oauth2/local-issuer.ts')
    const issuer = await localIssuer(client)
    const { oauth2App } = await import('./oauth2/application.ts')
    const callbackUri = `http://127.0.0.1:${port}/callback`
    const app = await oauth2App(options, { ...client, issuer: issuerOf(issuer), callbackUri })
    return app.addHook('onClose', async () => void issuer.close())
  },
  passport: async (options) => {
    // By its address alone, because its types are apart: see passport/tsconfig.json.
    const { passportApp } = await import(new URL('./passport/application.ts', import.meta.url).href)
    return passportApp(options, async (id: string, password: string) => (password === 'correct' ? { id } : undefined))
  },
  probes: async (options) => (await import('./probes.ts')).probedApp(options),
}

const name = process.argv[2] ?? ''
const makeApp = EXAMPLES[name]
if (makeApp) await listen(makeApp)
else if (name === 'instances') await import('./instances/start.ts')
else {
  console.error(`Usage: npm run example NAME, with one of ${[...Object.keys(EXAMPLES), 'instances'].join(', ')}`)
  process.exitCode = 2
}

async function listen(makeApp: MakeApp): Promise<void> {
  // Sessions end with the process: a secret and a database of its own.
  const app = await makeApp({ database: 'sqlite::memory:', secret: randomBytes(48).toString('base64') })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
  console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port })}`)
}
