import { Application } from './application.ts'
import { drive } from './client.ts'
import { cpuSeconds } from './processes.ts'
import { type BenchServer, type Place, startServer } from './servers.ts'
import type { BenchStore, ServerKind } from './stores.ts'

export interface Plan {
  /** Whether commits wait for the disk. */
  durable: boolean
  rounds: number
  milliseconds: number
  sessions: number
  sizes: readonly number[]
}

export interface Phase {
  name: 'read' | 'mixed' | 'write' | 'single'
  connections: number
  writes: number
}

export const phases: readonly Phase[] = [
  { name: 'read', connections: 64, writes: 0 },
  { name: 'mixed', connections: 64, writes: 0.2 },
  { name: 'write', connections: 64, writes: 1 },
  { name: 'single', connections: 1, writes: 0 },
]

/** What one phase of one round measured. */
export interface Measurement {
  perSecond: number
  p50: number
  p99: number
  /** Per 1,000 requests, counted by the database. */
  statements: number | undefined
  /** Seconds of processor time per 10,000 requests. */
  appCpu: number
  databaseCpu: number
}

export interface Contestant {
  store: BenchStore
  server: BenchServer
  place: Place
  app: Application
  measured: Record<Phase['name'], Measurement[]>
  /** Bytes per session, by the size of its content. */
  bytes: Map<number, number>
}

/** Sessions that are stored to see how large they become. */
const SIZE_SAMPLE = 50

/** Applications and servers that run all at the same time, and of which one at a time works. */
export class Contest {
  readonly servers = new Map<ServerKind, BenchServer>()
  readonly contestants: Contestant[] = []
  readonly #plan: Plan

  constructor(plan: Plan) {
    this.#plan = plan
  }

  async enter(store: BenchStore): Promise<void> {
    const server = this.servers.get(store.server) ?? (await startServer(store.server, this.#plan.durable))
    this.servers.set(store.server, server)
    const place = await server.createPlace()
    const app = await Application.start(store.name, place.url)
    const measured = { read: [], mixed: [], write: [], single: [] }
    const contestant = { store, server, place, app, measured, bytes: new Map() }
    this.contestants.push(contestant)
    await this.#measureSizes(contestant)
    await app.signIn(this.#plan.sessions, 250)
    await run(app, { name: 'mixed', connections: 64, writes: 0.2 }, this.#plan.milliseconds / 2)
  }

  async #measureSizes({ store, server, place, app, bytes }: Contestant): Promise<void> {
    if (!store.size && !server.bytes) return
    for (const size of this.#plan.sizes) {
      await app.signIn(SIZE_SAMPLE, size)
      const length = server.kind === 'postgres' ? 'octet_length' : 'length'
      const [row] = store.size ? await place.query(store.size.replaceAll('$(', `${length}(`)) : []
      bytes.set(size, row ? Number(row.bytes) : await server.bytes!())
      await this.#forget(store, place)
      app.cookies = []
    }
  }

  async #forget({ size }: BenchStore, place: Place): Promise<void> {
    const table = /from (\w+)/.exec(size ?? '')?.[1]
    if (table) await place.query(`delete from ${table}`)
    else await place.drop()
  }

  /** Every store once in each phase, so that what the machine does meanwhile hits all of them. */
  async round(number: number): Promise<void> {
    const order = number % 2 === 0 ? this.contestants : this.contestants.toReversed()
    for (const phase of phases) {
      for (const contestant of order) {
        contestant.measured[phase.name].push(await measure(contestant, phase, this.#plan.milliseconds))
      }
    }
  }

  /** A database inside the application has its statements counted there, in a run of its own: counting takes time. */
  async countInside(requests: number): Promise<void> {
    for (const { store, place, measured } of this.contestants.filter(({ server }) => server.kind === 'sqlite')) {
      const app = await Application.start(store.name, place.url, { count: true })
      await app.signIn(64, 250)
      for (const phase of phases) {
        const before = await app.statements()
        await run(app, phase, { requests })
        const statements = (((await app.statements()) - before) / requests) * 1000
        for (const measurement of measured[phase.name]) measurement.statements = statements
      }
      await app.stop()
    }
  }

  async end(): Promise<void> {
    for (const { app, place } of this.contestants) {
      await app.stop()
      await place.drop()
    }
    for (const server of this.servers.values()) await server.remove()
  }
}

async function measure({ server, place, app }: Contestant, phase: Phase, milliseconds: number): Promise<Measurement> {
  const statements = await server.statements(place)
  const [appCpu, databaseCpu] = [cpuSeconds(app.pid), server.cpu()]
  const { requests, seconds, p50, p99 } = await run(app, phase, milliseconds)
  const per = (count: number, used: number) => (used / requests) * count
  const measurement = {
    perSecond: requests / seconds,
    p50,
    p99,
    appCpu: per(10_000, cpuSeconds(app.pid) - appCpu),
    databaseCpu: per(10_000, server.cpu() - databaseCpu),
  }
  const after = await server.statements(place)
  const counted = statements === undefined || after === undefined ? undefined : per(1_000, after - statements)
  return { ...measurement, statements: counted }
}

function run(app: Application, { connections, writes }: Phase, limit: number | { requests: number }) {
  return drive({
    port: app.port,
    connections,
    limit: typeof limit === 'number' ? { milliseconds: limit } : limit,
    next: () => app.nextRequest(writes),
  })
}
