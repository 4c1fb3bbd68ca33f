import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attackAtRandom, attackExhaustively, PayloadArena } from './payloads.ts'
import { SeededRandom } from './random.ts'
import { seedOf } from './seed.ts'

const SHORT = 50_000

describe('attacks on payloads', () => {
  const arena = new PayloadArena()

  test('every bit, prefix, suffix, extension, version, splice, pair of 300 rows, key id and table is refused', (t) => {
    attackExhaustively(arena)
    t.diagnostic(JSON.stringify(arena.result.refused))
    assert.equal(arena.result.refused['row swap'], 300 * 299)
    assert.ok(arena.result.refused.bit! > 4_000)
    for (const kind of ['prefix', 'suffix', 'extension', 'version', 'short tag', 'splice', 'key id', 'table swap']) {
      assert.ok(arena.result.refused[kind]! > 0, kind)
    }
  })

  test(`${SHORT} payloads that a seed makes of them are refused`, (t) => {
    const seed = seedOf(process.env.ATTACK_SEED)
    t.diagnostic(`seed ${seed}: repeat with ATTACK_SEED=${seed}`)
    const before = arena.attacks
    attackAtRandom(arena, new SeededRandom(seed), SHORT)
    assert.ok(arena.attacks - before > SHORT * 0.99)
  })

  test('none opened, none was a fault, and none reached the serializer', () => {
    assert.deepEqual(arena.result.opened, [])
    assert.deepEqual(arena.result.faults, [])
    assert.equal(arena.result.deserialized, 0)
    assert.equal(arena.openUntouched(), 300)
    assert.equal(arena.result.deserialized, 300)
  })
})
