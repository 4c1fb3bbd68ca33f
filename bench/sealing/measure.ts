import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { median } from '../medians.ts'
import { type Way, ways } from './ways.ts'

/** What one way costs at one size, median microseconds. */
export interface SealingCost {
  readonly way: Way
  readonly bytes: number
  readonly seal: number
  readonly open: number
  /** Of sealing and opening one after the other. */
  readonly both: number
}

/** Bytes of plaintext: most sessions, larger ones, and those of which one should think again. */
export const SIZES = [250, 1_024, 16_384] as const

const REPETITIONS = 100
/** Rounds until the code is compiled; their times are dropped. */
const WARM_UP = 5

interface Times {
  readonly way: Way
  readonly bytes: number
  readonly seal: number[]
  readonly open: number[]
  readonly both: number[]
}

/** Measures all ways at all sizes in turns, each turn in another order. */
export function measureSealing(rounds: number): SealingCost[] {
  const all = SIZES.flatMap((bytes) => ways.map((way): Times => ({ way, bytes, seal: [], open: [], both: [] })))
  for (const { way } of all) assert.equal(way.open(way.seal(Buffer.from('as it was'))).toString(), 'as it was')
  for (let round = -WARM_UP; round < rounds; round++) {
    if (round === 0) for (const { seal, open, both } of all) for (const times of [seal, open, both]) times.length = 0
    const first = (round + WARM_UP) % all.length
    for (const times of [...all.slice(first), ...all.slice(0, first)]) measure(times)
  }
  return all.map((times) => ({ ...times, ...mediansOf(times) }))
}

function mediansOf({ seal, open, both }: Times) {
  return { seal: median(seal), open: median(open), both: median(both) }
}

function measure({ way, bytes, seal, open, both }: Times): void {
  const plaintext = randomBytes(bytes)
  for (let count = 0; count < REPETITIONS; count++) {
    const began = performance.now()
    const sealed = way.seal(plaintext)
    const between = performance.now()
    way.open(sealed)
    const ended = performance.now()
    seal.push((between - began) * 1_000)
    open.push((ended - between) * 1_000)
    both.push((ended - began) * 1_000)
  }
}
