/**
 * Reads and saves at a steady rate, as a process of its own: `traffic.ts <url> [<folder of the built package>]`, told ids
 * and phases by messages.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TrimOptions } from '../../src/index.ts'
import { change, openStore, read } from './sessions.ts'

const INTERVAL_MS = 5
/** One operation in so many is a save. */
const SAVE_EVERY = 5
/** Beyond this a timer is not merely coarse: the process was held up, and who came meanwhile has been waiting. */
const TIMER_MS = 2

export interface TrafficStart {
  readonly ids: string[]
  /** Has the process trim too, from the beginning of the phase until its end. */
  readonly trim?: TrimOptions
}

export type TrafficMessage = { start: TrafficStart } | { stop: true }

/** Milliseconds. */
export interface TrafficResult {
  read: number[]
  save: number[]
  trimmed: { rows: number; batches: number; isDone: boolean }
}

const [url, dist] = process.argv.slice(2)
const store = await openStore(url!, dist)
const NOTHING = { rows: 0, batches: 0, isDone: false }
let stopped = Promise.resolve<TrafficResult>({ read: [], save: [], trimmed: NOTHING })
let trimming = new AbortController()
let running = false

process.on('message', (message: TrafficMessage) => {
  if ('start' in message) {
    running = true
    stopped = run(message.start)
  } else {
    running = false
    trimming.abort()
    stopped.then((result) => process.send!(result), fail)
  }
})
process.on('disconnect', () => process.exit())
process.send!('ready')

async function run({ ids, trim }: TrafficStart): Promise<TrafficResult> {
  const result: TrafficResult = { read: [], save: [], trimmed: NOTHING }
  trimming = new AbortController()
  const trimmed = trim && store.trim({ ...trim, signal: trimming.signal })
  trimmed?.catch(fail)
  const underWay = new Set<Promise<void>>()
  const began = performance.now()
  for (let count = 0; running; count++) {
    const due = began + count * INTERVAL_MS
    const early = due - performance.now()
    if (early > 0) await sleep(early)
    const work = operate(ids[count % ids.length]!, count % SAVE_EVERY === 0 ? 'save' : 'read', due, result)
    underWay.add(work)
    work.then(() => underWay.delete(work), fail)
  }
  await Promise.all(underWay)
  const round = await trimmed
  if (round) result.trimmed = { rows: round.trimmed, batches: round.batches, isDone: round.complete }
  return result
}

async function operate(id: string, operation: 'read' | 'save', due: number, result: TrafficResult): Promise<void> {
  const session = await timed(due, operation === 'read' ? result.read : undefined, () => read(store, id))
  if (operation === 'save') await timed(performance.now(), result.save, () => change(store, id, session))
}

async function timed<Result>(due: number, into: number[] | undefined, run: () => Promise<Result>): Promise<Result> {
  const now = performance.now()
  const began = now - due > TIMER_MS ? due : now
  const result = await run()
  into?.push(performance.now() - began)
  return result
}

function fail(error: unknown): void {
  console.error(error)
  process.exit(1)
}
