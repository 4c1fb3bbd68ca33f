/** Reads and saves at a steady rate, as a process of its own: `traffic.ts <url>`, told ids and phases by messages. */
import { setTimeout as sleep } from 'node:timers/promises'
import { change, openStore, read } from './sessions.ts'

const INTERVAL_MS = 5
/** One operation in so many is a save. */
const SAVE_EVERY = 5
/** Beyond this a timer is not merely coarse: the process was held up, and who came meanwhile has been waiting. */
const TIMER_MS = 2

export type TrafficMessage = { start: string[] } | { stop: true }

/** Milliseconds. */
export interface TrafficResult {
  read: number[]
  save: number[]
}

const store = await openStore(process.argv[2]!)
let stopped = Promise.resolve<TrafficResult>({ read: [], save: [] })
let running = false

process.on('message', (message: TrafficMessage) => {
  if ('start' in message) {
    running = true
    stopped = run(message.start)
  } else {
    running = false
    stopped.then((result) => process.send!(result), fail)
  }
})
process.on('disconnect', () => process.exit())
process.send!('ready')

async function run(ids: string[]): Promise<TrafficResult> {
  const result: TrafficResult = { read: [], save: [] }
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
  return result
}

async function operate(id: string, operation: keyof TrafficResult, due: number, result: TrafficResult): Promise<void> {
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
