/**
 * `npm run bench:soak [-- --requests=1000000] [--databases=sqlite,postgres,mariadb,mysql] [--sessions=2000]
 * [--writes=0.2]`: so many requests against each database, and what the process and its table hold meanwhile. Exits with 1
 * when memory, handles or rows grow.
 */
import { parseArgs } from 'node:util'
import { type DatabaseName, databaseList, databaseNames } from '../test/harness/selection.ts'
import { Application } from './application.ts'
import { drive } from './client.ts'
import { growthOf, type SoakSample } from './flatness.ts'
import { startServer } from './servers.ts'

const SAMPLES = 20
const MEBIBYTE = 2 ** 20

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    databases: { type: 'string', default: databaseNames.join() },
    sessions: { type: 'string', default: '2000' },
    writes: { type: 'string', default: '0.2' },
  },
})
const requests = positive('requests', Number.MAX_SAFE_INTEGER)
const sessions = positive('sessions', Number.MAX_SAFE_INTEGER)
const writes = positive('writes', 1)

/** What is to be undone at the end, the last first. */
const cleanups: (() => Promise<unknown>)[] = []
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}

const summary: string[] = []
for (const name of databaseList(values.databases)) {
  try {
    summary.push(verdict(name, await soak(name)))
  } catch (error) {
    console.error(error)
    summary.push(`${name}: failed`)
    process.exitCode = 1
  } finally {
    await cleanUp()
  }
}
console.log(summary.join('\n'))

async function soak(name: DatabaseName): Promise<SoakSample[]> {
  const server = await startServer(name)
  cleanups.push(() => server.remove())
  const place = await server.createPlace()
  cleanups.push(() => place.drop())
  const app = await Application.start(`ours-${name}`, place.url, { nodeOptions: ['--expose-gc'] })
  cleanups.push(() => app.stop())
  await app.signIn(sessions, 250)
  const samples: SoakSample[] = []
  const part = Math.ceil(requests / SAMPLES)
  for (let sample = 1; sample <= SAMPLES; sample++) {
    const load = { port: app.port, connections: 64, next: () => app.nextRequest(writes) }
    const { seconds } = await drive({ ...load, limit: { requests: part } })
    const [row] = await place.query('select count(*) as n from stored_sessions')
    const taken = { ...(await app.memory()), rows: Number(row?.n) }
    samples.push(taken)
    console.log(`${name}: ${line(sample * part, part / seconds, taken)}`)
  }
  return samples
}

function verdict(name: DatabaseName, samples: SoakSample[]): string {
  const growth = Object.entries(growthOf(samples, sessions)) as [string, string[]][]
  if (growth.some(([, faults]) => faults.length > 0)) process.exitCode = 1
  const words = growth.map(
    ([what, faults]) => `${what} ${faults.length === 0 ? 'flat' : `not flat (${faults.join(', ')})`}`,
  )
  return `${name}: ${words.join(', ')}`
}

function line(count: number, perSecond: number, { rss, heap, handles, rows }: SoakSample): string {
  const mebibytes = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(1)} MiB`
  return [
    `${count.toLocaleString('en')} requests`,
    `${perSecond.toFixed(0)}/s`,
    `resident ${mebibytes(rss)}`,
    `heap ${mebibytes(heap)}`,
    `${handles} handles`,
    `${rows.toLocaleString('en')} rows`,
  ].join(', ')
}

async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
}

function positive(option: 'requests' | 'sessions' | 'writes', most: number): number {
  const value = Number(values[option])
  if (value > 0 && value <= most) return value
  throw new Error(`--${option} must be a number above 0 and at most ${most}, and is ${values[option]}`)
}
