import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../src/index.ts'

/** What makes the application of an example, by its file. */
type MakeApp = (options: StoredSessionOptions, ...more: unknown[]) => Promise<FastifyInstance>

/** The examples that have something to look at, and what they need besides the options of the plugin. */
const EXAMPLES: Record<string, { file: string; more?: unknown[] }> = {
  csrf: { file: 'csrf.ts' },
  passport: { file: 'passport/application.ts', more: [checkDemoPassword] },
  probes: { file: 'probes.ts' },
}

const name = process.argv[2] ?? ''
const example = EXAMPLES[name]
if (!example) {
  console.error(`There is no example "${name}" to run; there are ${Object.keys(EXAMPLES).join(', ')}`)
  process.exitCode = 2
} else {
  const [makeApp] = Object.values(await import(`./${example.file}`)) as [MakeApp]
  // Sessions end with the process: a secret and a database of its own.
  const secret = randomBytes(48).toString('base64')
  const app = await makeApp({ database: 'sqlite::memory:', secret }, ...(example.more ?? []))
  console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT || 3000) })}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.close())
}

/** Whoever has the password "correct" may sign in, under any name. */
async function checkDemoPassword(id: string, password: string): Promise<{ id: string } | undefined> {
  return password === 'correct' ? { id } : undefined
}
