import assert from 'node:assert/strict'
import { until } from '../support/until.ts'
import { type Ground, OPERATION_TIMEOUT_MS } from './ground.ts'
import { type OperationName, type Outcome, prepared } from './operations.ts'

/** Something that goes wrong, until it is over. */
export interface Fault {
  readonly name: string
  /** How many operations are expected to be refused. */
  readonly refuses: 'none' | 'some' | 'all' | 'any number'
  /** Brings it about, and yields what ends it. */
  begin(ground: Ground): Promise<() => unknown> | (() => unknown)
}

/** What came of a fault. */
export interface Trial {
  readonly fault: string
  readonly outcomes: Record<OperationName, { outcome: Outcome; ms: number }>
  /** How long after the end of the fault a session could be read again, in milliseconds. */
  readonly recoveryMs: number
}

/** Trimming may take this many times as long as an operation of a request. */
const TRIM_FACTOR = 12

/** What a busy machine may add, in milliseconds. */
const GRACE_MS = 2_000

/** Tries all operations at once during a fault, and looks at every session when it is over. */
export async function tryFault(ground: Ground, fault: Fault): Promise<Trial> {
  const operations = await prepared(ground)
  const end = await fault.begin(ground)
  const outcomes = {} as Trial['outcomes']
  try {
    await Promise.all(
      operations.map(async ({ name, attempt }) => {
        const begun = performance.now()
        const outcome = await attempt()
        outcomes[name] = { outcome, ms: performance.now() - begun }
      }),
    )
  } finally {
    await end()
  }
  const recoveryMs = await recovery(ground)
  for (const { name, verify } of operations) await verify(outcomes[name].outcome)
  ground.assertAnswered()
  assertExpected(fault, outcomes)
  return { fault: fault.name, outcomes, recoveryMs }
}

async function recovery({ store }: Ground): Promise<number> {
  const begun = performance.now()
  await until('the store is well again', async () => (await store.health()).ok)
  return performance.now() - begun
}

function assertExpected({ name, refuses }: Fault, outcomes: Trial['outcomes']): void {
  const list = Object.entries(outcomes)
  for (const [operation, { ms }] of list) {
    const bound = OPERATION_TIMEOUT_MS * (operation === 'trim' ? TRIM_FACTOR : 1) + GRACE_MS
    assert.ok(ms < bound, `${operation} during "${name}" took ${Math.round(ms)} ms`)
  }
  const refused = list.filter(([, { outcome }]) => outcome === '503').map(([operation]) => operation)
  const isExpected = {
    none: refused.length === 0,
    some: refused.length > 0,
    all: refused.length === list.length,
    'any number': true,
  }
  assert.ok(isExpected[refuses], `during "${name}": ${JSON.stringify(outcomes)}`)
}
