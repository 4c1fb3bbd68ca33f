import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnavailableError } from '../../../src/index.ts'
import { EventIds } from '../../../src/store/history/event-ids.ts'
import { EventQueue, MOST_WAITING } from '../../../src/store/history/event-queue.ts'
import { Once, Recent } from '../../../src/store/history/recent.ts'
import { Deferred } from '../../../src/time/deferred.ts'
import { sidOf } from '../../support/rows.ts'

const happening = { sid: sidOf('one'), kind: 'created', userId: null } as const

test('at most 10,000 events wait; what comes then is lost, and the number is told', async () => {
  const ids = new EventIds()
  let isDown = true
  const [dropped, stored]: [number[], number[]] = [[], []]
  const queue = new EventQueue({
    store: async () => {
      if (isDown) throw new UnavailableError()
    },
    onStored: (events) => stored.push(events),
    onDropped: (events) => dropped.push(events),
    onError: () => {},
  })
  for (let n = 0; n < MOST_WAITING + 7; n++) queue.add({ ...ids.next(), happening })
  const caller = new Deferred<void>()
  queue.add({ ...ids.next(), happening, caller })
  await assert.rejects(caller.promise, { code: 'FST_STORED_SESSION_OVERLOADED' })
  assert.equal(queue.size, 10_000)
  assert.equal(await queue.flush(), false)
  assert.deepEqual(dropped, [8])
  isDown = false
  assert.equal(await queue.flush(), true)
  assert.equal(queue.size, 0)
  assert.equal(
    stored.reduce((sum, events) => sum + events, 0),
    10_000,
  )
  await queue.close()
})

test('ids ascend, also within a millisecond, and begin with their time', () => {
  const ids = new EventIds()
  const stamps = Array.from({ length: 5_000 }, () => ids.next())
  for (const [index, { at, id }] of stamps.entries()) {
    assert.equal(id.length, 16)
    assert.equal(id.readUIntBE(0, 6), at)
    if (index > 0) assert.ok(Buffer.compare(stamps[index - 1]!.id, id) < 0)
  }
})

test('owners and known names are bounded', () => {
  const owners = new Recent<string>()
  for (let n = 0; n <= 10_000; n++) owners.note(sidOf(String(n)), `user ${n}`)
  assert.equal(owners.of(sidOf('0')), undefined)
  assert.equal(owners.of(sidOf('10000')), 'user 10000')
  const once = new Once()
  for (let n = 0; n <= 10_000; n++) assert.ok(once.isFirst(String(n)))
  assert.ok(!once.isFirst('10000'))
  assert.ok(once.isFirst('0'))
})
