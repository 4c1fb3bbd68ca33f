/**
 * `npm run bench:soak [-- --requests=1000000 --store=ours-postgres]`: many requests against ours, and what the process
 * holds meanwhile. It fails when memory or handles keep growing.
 */
import { parseArgs } from 'node:util'
import { Application, type AppMemory } from './application.ts'
import { drive } from './client.ts'
import { startServer } from './servers.ts'
import { stores } from './stores.ts'

const SAMPLES = 20
/** The first part of a run fills caches and pools, and is no measure. */
const WARM_SAMPLES = 5
/** What the garbage collector may leave behind at one moment and not at another. */
const TOLERANCE = 1.15
const MEBIBYTE = 2 ** 20

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    store: { type: 'string', default: 'ours-sqlite' },
    sessions: { type: 'string', default: '2000' },
    writes: { type: 'string', default: '0.2' },
  },
})

const store = stores.find(({ name }) => name === values.store)
if (!store) throw new Error(`there is no store ${values.store}`)
const server = await startServer(store.server)
const place = await server.createPlace()
const app = await Application.start(store.name, place.url, { nodeOptions: ['--expose-gc'] })
const samples: AppMemory[] = []
try {
  await app.signIn(Number(values.sessions), 250)
  for (let sample = 1; sample <= SAMPLES; sample++) {
    const requests = Math.ceil(Number(values.requests) / SAMPLES)
    const load = { port: app.port, connections: 64, next: () => app.nextRequest(Number(values.writes)) }
    const { seconds } = await drive({ ...load, limit: { requests } })
    const memory = await app.memory()
    samples.push(memory)
    console.log(line(sample * requests, requests / seconds, memory))
  }
} finally {
  await app.stop()
  await place.drop()
  await server.remove()
}

const faults = [growth('heap'), growth('rss'), growth('handles')].filter((fault) => fault !== undefined)
console.log(faults.length === 0 ? 'flat' : faults.join('\n'))
process.exitCode = faults.length === 0 ? 0 : 1

function line(requests: number, perSecond: number, { rss, heap, handles }: AppMemory): string {
  const mebibytes = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(1)} MiB`
  return [
    `${requests.toLocaleString('en')} requests`,
    `${perSecond.toFixed(0)}/s`,
    `resident ${mebibytes(rss)}`,
    `heap ${mebibytes(heap)}`,
    `${handles} handles`,
  ].join(', ')
}

/** Says so when the last samples lie above the first ones after warming up. */
function growth(key: keyof AppMemory): string | undefined {
  const warm = samples.slice(WARM_SAMPLES).map((sample) => sample[key])
  const half = Math.floor(warm.length / 2)
  const [early, late] = [Math.max(...warm.slice(0, half)), Math.min(...warm.slice(half))]
  return late > early * TOLERANCE ? `${key} grew from ${early} to ${late}` : undefined
}
