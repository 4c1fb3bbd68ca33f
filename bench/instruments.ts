/**
 * What instrumentation costs one read and one save: without listeners, with listeners of the events created and expired,
 * and with subscribers of the operations, beside the same without it. All take turns on one SQLite in memory, where
 * everything else is as fast as it can be.
 */
import { tracingChannel } from 'node:diagnostics_channel'
import { SessionEventEmitter } from '../src/store/core/events.ts'
import { type Operation, perform } from '../src/store/core/operation.ts'
import { FreshIds, RotatedIds } from '../src/store/core/session-ids.ts'
import { openCore } from '../src/store/open-core.ts'
import { checkedStoreOptions } from '../src/store/options/check-store-options.ts'
import { readSession } from '../src/store/requests/reading.ts'
import { saveSession } from '../src/store/saving/saving.ts'
import { READ, SAVE } from '../src/store/tasks.ts'
import { Deadline } from '../src/time/deadline.ts'

const ROUNDS = 200
const CALLS = 200

const secret = 'correct horse battery staple, thirty-two and more'
const events = new SessionEventEmitter()
const core = await openCore(
  checkedStoreOptions({ database: 'sqlite::memory:', secret, touchInterval: '1h', idleTimeout: '2h' }),
  { events, freshIds: new FreshIds(), rotatedIds: new RotatedIds() },
  false,
)
const id = 'an-id-of-the-length-that-ids-have'
const session = { userId: 'user-1', note: 'x'.repeat(220), n: 0, cookie: {} as never }
const operation: Operation = { deadline: new Deadline(Number.POSITIVE_INFINITY) }
await saveSession(core, operation, id, session)

const save = (run: () => unknown) => () => {
  session.n += 1
  return run()
}
const reads = { without: () => readSession(core, operation, id), with: () => perform(core, operation, READ, id) }
const saves = {
  without: save(() => saveSession(core, operation, id, session)),
  with: save(() => perform(core, operation, SAVE, id, session)),
}
const listener = () => {}

for (const [name, run] of Object.entries({ read: reads, save: saves })) {
  const times = { without: [] as number[], unheard: [] as number[], events: [] as number[], heard: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    await time(times.without, run.without)
    await time(times.unheard, run.with)
    for (const name of ['created', 'expired'] as const) events.on(name, listener)
    await time(times.events, run.with)
    events.removeAllListeners()
    for (const channel of channels()) channel.subscribe(listener)
    await time(times.heard, run.with)
    for (const channel of channels()) channel.unsubscribe(listener)
  }
  const without = quiet(times.without)
  const shown = (list: number[]) => `${quiet(list).toFixed(2)} µs (${(quiet(list) / without).toFixed(3)})`
  console.log(
    `${name}: without ${without.toFixed(2)} µs, unheard ${shown(times.unheard)}, events ${shown(times.events)}, heard ${shown(times.heard)}`,
  )
}
await core.database.close()

/** Of the rounds the one that a tenth was faster than: others run beside us. */
function quiet(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 10)]!
}

function channels() {
  return ['read', 'write'].map((name) => tracingChannel(`stored-session:${name}`).asyncEnd)
}

/** Adds the microseconds of one call, the mean of some in a row. */
async function time(into: number[], run: () => unknown): Promise<void> {
  const began = performance.now()
  for (let call = 0; call < CALLS; call++) await run()
  into.push(((performance.now() - began) * 1_000) / CALLS)
}
