import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { StoredSessionOptions } from '../src/index.ts'
import { temporaryFolder } from '../test/harness/temporary-folder.ts'
import { exampleNames, manifestOf } from '../test/packed/examples/example-project.ts'
import { linkedExample } from '../test/packed/examples/linked-example.ts'

type MakeApp = (options: StoredSessionOptions) => Promise<FastifyInstance>

/** The examples in single files that have something to look at. */
const FILES: Record<string, MakeApp> = {
  csrf: async (options) => (await import('./csrf.ts')).csrfApp(options),
  probes: async (options) => (await import('./probes.ts')).probedApp(options),
}
// Sessions end with the process, unless the environment has a secret.
const secret = process.env.SESSION_SECRET || randomBytes(48).toString('base64')
const signals = ['SIGINT', 'SIGTERM'] as const

const name = process.argv[2] ?? ''
const makeApp = FILES[name]
if (makeApp) await listen(makeApp)
else if (name === 'instances') await import('./instances/start.ts')
else if (exampleNames.includes(name)) await runProject(name)
else {
  const names = [...exampleNames, ...Object.keys(FILES), 'instances']
  console.error(`Usage: npm run example NAME, with one of ${names.join(', ')}`)
  process.exitCode = 2
}

async function listen(makeApp: MakeApp): Promise<void> {
  const app = await makeApp({ database: 'sqlite::memory:', secret })
  for (const signal of signals) process.once(signal, () => app.close())
  console.log(`Listening on ${await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT || 3000) })}`)
}

/** Runs a copy of an example outside of the repository, with the package as it is built here. */
async function runProject(name: string): Promise<void> {
  const folder = temporaryFolder('stored-session-example')
  process.env.TMPDIR = folder
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const { scripts } = manifestOf(name)
  const project = await linkedExample(name)
  if (scripts.migrate) console.log(await project.npx(scripts.migrate.split(' ')))
  const [program, ...args] = project.command(scripts.demo ? 'demo' : 'start')
  const env = { ...process.env, ...project.env, SESSION_SECRET: secret }
  const child = spawn(program, args, { cwd: project.folder, env, stdio: 'inherit' })
  for (const signal of signals) process.once(signal, () => child.kill(signal))
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
