import assert from 'node:assert/strict'
import { test } from 'node:test'
import { growthOf, type SoakSample } from '../../bench/flatness.ts'

const SESSIONS = 2_000

/** Twenty samples of a soak, of which some differ. */
function samples(changes: (sample: number) => Partial<SoakSample> = () => ({})): SoakSample[] {
  return Array.from({ length: 20 }, (_, sample) => ({
    rss: 150e6,
    heap: 18e6,
    handles: 4,
    rows: SESSIONS,
    ...changes(sample),
  }))
}

test('a soak is flat when nothing grows after warming up', () => {
  const flat = { memory: [], handles: [], rows: [] }
  assert.deepEqual(growthOf(samples(), SESSIONS), flat)
  const warming = samples((sample) => (sample < 5 ? { heap: 9e6, handles: 1 } : {}))
  assert.deepEqual(growthOf(warming, SESSIONS), flat)
  const once = samples((sample) => (sample === 15 ? { heap: 90e6, handles: 70 } : {}))
  assert.deepEqual(growthOf(once, SESSIONS), flat)
})

test('a soak tells growing memory, handles and rows apart', () => {
  const late = (changes: Partial<SoakSample>) =>
    growthOf(
      samples((sample) => (sample > 11 ? changes : {})),
      SESSIONS,
    )
  const heap = ['heap grew from 18000000 to 21000000']
  assert.deepEqual(late({ heap: 21e6 }), { memory: heap, handles: [], rows: [] })
  const rss = ['rss grew from 150000000 to 180000000']
  assert.deepEqual(late({ rss: 180e6 }), { memory: rss, handles: [], rows: [] })
  assert.deepEqual(late({ handles: 5 }), { memory: [], handles: ['handles grew from 4 to 5'], rows: [] })
  assert.deepEqual(late({ rows: 2_001 }), { memory: [], handles: [], rows: ['2001 rows of 2000 sessions'] })
})
