import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Batching } from '../../src/database/door/batching.ts'
import { Deferred } from '../../src/time/deferred.ts'

/** Statements that end when the test says so. */
function statements() {
  const begun: { items: readonly number[]; end: Deferred<readonly number[] | undefined> }[] = []
  const run = (items: readonly number[]) => {
    const end = new Deferred<readonly number[] | undefined>()
    begun.push({ items, end })
    return end.promise
  }
  return { begun, run }
}

const any = () => () => true

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await nextTurn()
}

describe('items that gather', () => {
  test('leave at once when no statement is in progress', async () => {
    const { begun, run } = statements()
    const batching = new Batching<number, number>(run, any, { gathers: true })
    batching.add(1)
    await nextTurn()
    assert.deepEqual(
      begun.map(({ items }) => items),
      [[1]],
    )
    begun[0]!.end.resolve([1])
  })

  test('wait for the end of a statement, and leave together', async () => {
    const { begun, run } = statements()
    const batching = new Batching<number, number>(run, any, { gathers: true })
    const answers = [batching.add(1)]
    await nextTurn()
    answers.push(batching.add(2))
    // Ended at once, so that its time does not count as slow on a busy machine.
    answers.push(batching.add(3))
    begun[0]!.end.resolve([10])
    await until(() => begun.length === 2)
    begun[1]!.end.resolve([20, 30])
    assert.deepEqual(await Promise.all(answers.map(({ promise }) => promise)), [10, 20, 30])
    assert.deepEqual(
      begun.map(({ items }) => items),
      [[1], [2, 3]],
    )
  })

  test('do not wait for a slow statement, which may wait for a lock', async () => {
    const { begun, run } = statements()
    const batching = new Batching<number, number>(run, any, { gathers: true })
    batching.add(1)
    await nextTurn()
    const second = batching.add(2)
    await until(() => begun.length === 2)
    begun[1]!.end.resolve([20])
    assert.equal(await second.promise, 20)
    begun[0]!.end.resolve([10])
  })

  test('begin no third statement', async () => {
    const { begun, run } = statements()
    const batching = new Batching<number, number>(run, any, { gathers: true })
    batching.add(1)
    await nextTurn()
    batching.add(2)
    await until(() => begun.length === 2)
    const third = batching.add(3)
    for (let turn = 0; turn < 50; turn++) await nextTurn()
    assert.equal(begun.length, 2)
    begun[1]!.end.resolve([20])
    begun[0]!.end.resolve([10])
    await until(() => begun.length === 3)
    begun[2]!.end.resolve([30])
    assert.equal(await third.promise, 30)
  })
})

test('items that cannot share a statement run alone, each with its own outcome', async () => {
  const { begun, run } = statements()
  const batching = new Batching<number, number>(run, any)
  const answers = [1, 2].map((item) => batching.add(item).promise)
  await nextTurn()
  begun[0]!.end.resolve(undefined)
  await until(() => begun.length === 3)
  begun[1]!.end.reject(new Error('a lost race'))
  begun[2]!.end.resolve([20])
  await assert.rejects(answers[0]!, /a lost race/)
  assert.equal(await answers[1], 20)
})
