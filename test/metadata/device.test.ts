import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { boundedMemo } from '../../src/metadata/bounded-memo.ts'
import { deviceOf } from '../../src/metadata/device.ts'
import { userAgents } from './user-agents.ts'

test('more than a thousand user agents have the browser, the system and the kind that they name', () => {
  assert.ok(new Set(userAgents.map(([text]) => text)).size >= 1000)
  const found = userAgents.map(([text]) => [text, deviceOf(text)] as const)
  const wrong = found.filter(([, device], index) => !isSame(device, userAgents[index]![1]))
  assert.deepEqual(wrong, [])
})

const isSame = (one: object, other: object) =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort())

test('no text and blank text are unknown', () => {
  for (const text of [undefined, '', '  ']) assert.deepEqual(deviceOf(text), { kind: 'unknown' })
})

test('a changed result changes no later one', () => {
  const text = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  deviceOf(text).browser = 'changed'
  const second = deviceOf(text)
  assert.deepEqual(second, { browser: 'Firefox', os: 'Linux', kind: 'desktop' })
  second.browser = 'changed'
  assert.equal(deviceOf(text).browser, 'Firefox')
})

test('results of the last texts are kept, and no more than the bound', () => {
  const parsed: string[] = []
  const memo = boundedMemo(2, (text) => {
    parsed.push(text)
    return { text }
  })
  for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) assert.deepEqual(memo(text), { text })
  assert.deepEqual(parsed, ['a', 'b', 'c', 'b'])
})

test('no text makes it throw, or gives another kind', () => {
  const kinds = ['desktop', 'phone', 'tablet', 'bot', 'unknown']
  const pieces = fc.constantFrom(
    'Mozilla/5.0 (',
    'Android',
    'iPhone',
    'Version/',
    ' Safari/',
    'Mac OS X',
    'Windows ',
    ')',
    ';',
    '/',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces).map((parts) => parts.join('')),
  )
  fc.assert(fc.property(text, (userAgent) => assert.ok(kinds.includes(deviceOf(userAgent).kind))))
})
