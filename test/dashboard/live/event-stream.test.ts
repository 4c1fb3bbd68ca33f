import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { EventStream } from '../../../src/dashboard/live/event-stream.ts'

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }))
afterEach(() => mock.timers.reset())

const taken = (stream: EventStream) => String(stream.read() ?? '')

test('a stream shows a sign of life every 15 seconds, and ends after five minutes', async () => {
  const stream = new EventStream()
  assert.equal(taken(stream), 'retry: 3000\n\n')
  mock.timers.tick(15_000)
  assert.equal(taken(stream), ':\n\n')
  mock.timers.tick(284_999)
  assert.match(taken(stream), /^(:\n\n)+$/)
  assert.equal(stream.readableEnded, false)
  const ended = once(stream, 'end')
  mock.timers.tick(1)
  stream.resume()
  await ended
  stream.send('<li>late</li>', 1)
  mock.timers.tick(60_000)
  assert.equal(taken(stream), '', 'nothing is sent after its end')
})

test('a slow reader costs a bounded memory, and learns how many events it missed', () => {
  const stream = new EventStream()
  const text = 'x'.repeat(1_000)
  for (let n = 0; n < 1_000; n++) stream.send(text, 3)
  assert.ok(stream.readableLength < 70_000, `${stream.readableLength} bytes wait`)
  const sent = taken(stream).match(/^data: "/gm)!.length
  stream.send('<li>new</li>', 1)
  assert.equal(taken(stream), `event: skipped\ndata: ${3 * (1_000 - sent)}\n\ndata: "<li>new</li>"\n\n`)
  stream.send('<li>next</li>', 1)
  assert.equal(taken(stream), 'data: "<li>next</li>"\n\n')
})

test('a message has no line break, whatever is in it', () => {
  const stream = new EventStream()
  taken(stream)
  stream.send('a\n\nb\r\nc', 1)
  assert.equal(taken(stream), 'data: "a\\n\\nb\\r\\nc"\n\n')
})

test('a reader that leaves stops its timers', async () => {
  const stream = new EventStream()
  stream.destroy()
  await once(stream, 'close')
  mock.timers.tick(600_000)
  stream.end()
  assert.equal(stream.errored, null)
})
