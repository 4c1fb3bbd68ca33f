import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { staticKeys } from '../../src/keys/static-keys.ts'
import type { EventContext } from '../../src/payload/event-codec.ts'
import { EVENT, keyIdOf, UnreadablePayload } from '../../src/payload/sealed-payload.ts'
import { codecOf } from './codecs.ts'
import { type EventVector, eventKey } from './event-vectors.ts'
import { referenceOpenEvent } from './sealed-payload-reference.ts'

const file = readFileSync(new URL('event-vectors.json', import.meta.url))
const vectors = JSON.parse(file.toString()) as EventVector[]
const SHA_256 = '4163259820edf457220cf3e8186ad55ccae1b92f6b45475d1e3a1df4bf6197fd'

const bytes = (hex: string) => Buffer.from(hex, 'hex')
const provider = staticKeys([eventKey])

const contextOf = ({ sid, id, kind, userId, at }: EventVector): EventContext => {
  return { sid: bytes(sid), id: bytes(id), kind, userId, at }
}

describe('golden vectors of events', () => {
  test('are what they were when they were made', () => {
    assert.equal(createHash('sha256').update(file).digest('hex'), SHA_256)
  })

  for (const [index, vector] of vectors.entries()) {
    test(`open: vector ${index}, of the kind "${vector.kind}"`, async () => {
      const { namespace, sealed, plaintext } = vector
      assert.equal(
        keyIdOf(bytes(sealed), (data) => data[0] === EVENT),
        eventKey.id,
      )
      assert.deepEqual(await codecOf(provider, namespace).openEvent(contextOf(vector), bytes(sealed)), bytes(plaintext))
      const event = { ...contextOf(vector), namespace }
      assert.deepEqual(
        await referenceOpenEvent(Buffer.from(eventKey.key, 'base64'), event, bytes(sealed)),
        bytes(plaintext),
      )
    })
  }
})

describe('the details of an event', () => {
  const codec = codecOf(provider, 'stored_sessions')
  const event = contextOf(vectors[1]!)
  const details = Buffer.from('details of an event')
  const sealed = codec.sealEvent(event, details) as Buffer

  const assertUnreadable = (run: () => unknown, what: string) =>
    assert.throws(run, (error) => error instanceof UnreadablePayload || assert.fail(`${what}: ${error}`), what)

  test('open in their event', () => {
    assert.deepEqual(codec.openEvent(event, sealed), details)
  })

  test('open with no other column, and not in another table', () => {
    const changes: Partial<EventContext>[] = [
      { sid: randomBytes(32) },
      { id: randomBytes(16) },
      { kind: 'created' },
      { kind: 'ende', userId: 'dada' },
      { userId: 'grace' },
      { userId: null },
      { userId: '' },
      { at: event.at + 1 },
      { at: -1 },
      { at: Number.NaN },
    ]
    for (const change of changes) {
      assertUnreadable(() => codec.openEvent({ ...event, ...change }, sealed), JSON.stringify(change))
    }
    assertUnreadable(() => codecOf(provider, 'other').openEvent(event, sealed), 'namespace')
  })

  test('open as no session and as no pointer, and neither opens as an event', () => {
    const place = { sid: event.sid, createdAt: event.at }
    assertUnreadable(() => codec.open(place, sealed), 'as content')
    assertUnreadable(() => codec.openPointer(place, sealed), 'as a pointer')
    for (const other of [codec.seal(place, details), codec.sealPointer(place, details)] as Buffer[]) {
      assertUnreadable(() => codec.openEvent(event, other), 'of another kind')
      const renamed = Buffer.from(other)
      renamed[0] = EVENT
      assertUnreadable(() => codec.openEvent(event, renamed), 'with its version byte')
    }
    for (const version of [1, 2, 3]) {
      const renamed = Buffer.from(sealed)
      renamed[0] = version
      assertUnreadable(() => (version === 3 ? codec.openPointer : codec.open)(place, renamed), `version ${version}`)
    }
  })

  test('do not open after any change of a byte', () => {
    for (let index = 0; index < sealed.length; index++) {
      const changed = Buffer.from(sealed)
      changed[index]! ^= 1
      assertUnreadable(() => codec.openEvent(event, changed), String(index))
    }
    for (const length of [0, 1, 36, sealed.length - 1]) {
      assertUnreadable(() => codec.openEvent(event, sealed.subarray(0, length)), String(length))
    }
  })
})
