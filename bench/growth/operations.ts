/** Reads, saves and touches through the store, one at a time, on tables of several sizes in turns. */
import type { FilledTable } from './filled-table.ts'
import { progressOf } from './progress.ts'
import { change, percentile, read, type Session, touch } from './sessions.ts'

export const operations = ['read', 'save', 'touch'] as const
export type Operation = (typeof operations)[number]

/** Microseconds. */
export interface Latency {
  p50: number
  p95: number
}

export interface SizeResult {
  rows: number
  latencies: Record<Operation, Latency>
}

const ROUNDS = 30
const OPERATIONS_PER_ROUND = 100
const WARM_ROUNDS = 5

/** A table under measurement: what others do on the machine meanwhile falls on all of them alike. */
class Subject {
  readonly table: FilledTable
  readonly times: Record<Operation, number[]> = { read: [], save: [], touch: [] }
  readonly #sessions: Session[] = []
  #next = 0

  constructor(table: FilledTable) {
    this.table = table
  }

  /** Reads all sessions once: a save and a touch build on what was read. */
  async load(): Promise<void> {
    for (const id of this.table.ids) this.#sessions.push(await read(this.table.store, id))
  }

  /** Each operation takes another session, so that a touch is always later than what was stored of its session. */
  async run(count: number): Promise<void> {
    const { store } = this.table
    for (let operation = 0; operation < count; operation++) {
      const [reading, saving, touching] = [this.#pick(0), this.#pick(1 / 3), this.#pick(2 / 3)]
      await time(this.times.read, () => read(store, reading.id))
      await time(this.times.save, () => change(store, saving.id, saving.session))
      await time(this.times.touch, () => touch(store, touching.id, touching.session))
      this.#next += 1
    }
  }

  forget(): void {
    for (const operation of operations) this.times[operation].length = 0
  }

  result(): SizeResult {
    const latency = (name: Operation) => ({
      p50: percentile(this.times[name], 0.5),
      p95: percentile(this.times[name], 0.95),
    })
    return {
      rows: this.table.rows,
      latencies: { read: latency('read'), save: latency('save'), touch: latency('touch') },
    }
  }

  #pick(offset: number): { id: string; session: Session } {
    const { ids } = this.table
    const index = (this.#next + Math.floor(ids.length * offset)) % ids.length
    return { id: ids[index]!, session: this.#sessions[index]! }
  }
}

export async function measureOperations(tables: FilledTable[]): Promise<SizeResult[]> {
  const subjects = tables.map((table) => new Subject(table))
  const progress = progressOf(`${tables[0]?.database.name}, measuring`)
  for (const subject of subjects) await subject.load()
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    if (round === WARM_ROUNDS) for (const subject of subjects) subject.forget()
    // Every size begins as often as the others.
    const turn = round % subjects.length
    for (const subject of [...subjects.slice(turn), ...subjects.slice(0, turn)]) await subject.run(OPERATIONS_PER_ROUND)
    progress(`round ${round + 1} of ${WARM_ROUNDS + ROUNDS}`)
  }
  for (const table of tables) await checkWritten(table)
  return subjects.map((subject) => subject.result())
}

/** Every save must have been a new version, or what was measured did nothing. */
async function checkWritten({ database, rows }: FilledTable): Promise<void> {
  const [sum] = await database.query(`SELECT sum(version - 1) AS n FROM stored_sessions WHERE user_id LIKE 'probe-%'`)
  const expected = (WARM_ROUNDS + ROUNDS) * OPERATIONS_PER_ROUND
  if (Number(sum?.n) !== expected) throw new Error(`${sum?.n} of ${expected} saves were stored among ${rows} rows`)
}

async function time(into: number[], run: () => Promise<unknown>): Promise<void> {
  const began = performance.now()
  await run()
  into.push((performance.now() - began) * 1000)
}
