import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaptureFailure, useCapture } from '../../src/metadata/capture.ts'
import type { CheckedMetadataOptions } from '../../src/metadata/metadata-options.ts'
import type { CapturedUse, SessionLocation } from '../../src/metadata/session-metadata.ts'

const request = { ip: '203.0.113.7', headers: { 'user-agent': 'curl/8.5.0' } }
const plain: CapturedUse = { ip: '203.0.113.0/24', userAgent: 'curl/8.5.0' }

/** A capture, and the failures that it reported. */
function capturing(options: Partial<CheckedMetadataOptions>, onFailure?: CaptureFailure) {
  const failures: string[] = []
  const note: CaptureFailure = (what, error) => failures.push(`${what}: ${(error as Error).message}`)
  const capture = useCapture({ ip: 'network', userAgent: true, ...options }, onFailure ?? note)
  return { capture, failures }
}

/** What a capture gives that must not be a promise. */
function now(use: CapturedUse | Promise<CapturedUse>): CapturedUse {
  assert.ok(!(use instanceof Promise))
  return use
}

test('the address and the user agent are captured at once, as the options say', () => {
  assert.deepEqual(now(capturing({}).capture(request)), plain)
  assert.deepEqual(now(capturing({ ip: 'full' }).capture(request)), { ...plain, ip: '203.0.113.7' })
  assert.deepEqual(now(capturing({ ip: false }).capture(request)), { userAgent: 'curl/8.5.0' })
  assert.deepEqual(now(capturing({ userAgent: false }).capture(request)), { ip: '203.0.113.0/24' })
})

test('what a request does not have is omitted', () => {
  const { capture } = capturing({})
  assert.deepEqual(now(capture({ ip: 'unix socket', headers: {} })), {})
  assert.deepEqual(now(capture({ ip: undefined as never, headers: { 'user-agent': '' } })), {})
})

test('of several headers the first counts, and long ones are cut', () => {
  const { capture } = capturing({})
  assert.equal(now(capture({ ip: '', headers: { 'user-agent': ['one', 'two'] } })).userAgent, 'one')
  assert.equal(now(capture({ ip: '', headers: { 'user-agent': 'x'.repeat(8192) } })).userAgent?.length, 512)
})

test('a location receives the request and the full address, and a synchronous one stays synchronous', () => {
  const calls: unknown[][] = []
  const { capture } = capturing({
    location: (...args) => {
      calls.push(args)
      return { country: 'DE', latitude: 52.5 }
    },
  })
  assert.deepEqual(now(capture(request)), { ...plain, location: { country: 'DE', latitude: 52.5 } })
  assert.deepEqual(calls, [[request, '203.0.113.7']])
})

test('an asynchronous location is awaited', async () => {
  const { capture, failures } = capturing({ location: async () => ({ city: 'Berlin' }) })
  const use = capture(request)
  assert.ok(use instanceof Promise)
  assert.deepEqual(await use, { ...plain, location: { city: 'Berlin' } })
  assert.deepEqual(failures, [])
})

test('a location that takes too long is omitted and reported, and its late rejection ends nothing', async () => {
  let reject!: (error: Error) => void
  const late = new Promise<undefined>((_, rejecting) => {
    reject = rejecting
  })
  const { capture, failures } = capturing({ location: () => late })
  // The timer of the limit does not keep a process alive.
  const alive = setInterval(() => {}, 1000)
  assert.deepEqual(await capture(request), plain)
  reject(new Error('late'))
  await new Promise(setImmediate)
  clearInterval(alive)
  assert.deepEqual(failures, ['location: metadata.location took longer than 50 ms; give it a cache'])
})

test('a location that throws or rejects is omitted and reported', async () => {
  const throwing = () => {
    throw new Error('broken')
  }
  for (const location of [throwing, () => Promise.reject(new Error('broken'))]) {
    const { capture, failures } = capturing({ location })
    assert.deepEqual(await capture(request), plain)
    assert.deepEqual(failures, ['location: broken'])
  }
})

test('a result of which reading fails is reported', async () => {
  const hostile = {
    get country(): string {
      throw new Error('no')
    },
  }
  for (const location of [() => hostile, async () => hostile]) {
    const { capture, failures } = capturing({ location })
    assert.deepEqual(await capture(request), plain)
    assert.deepEqual(failures, ['location: no'])
  }
})

const RESULTS: Record<string, [result: unknown, location: SessionLocation | undefined]> = {
  undefined: [undefined, undefined],
  'a string': ['DE', undefined],
  'an empty object': [{}, undefined],
  'other fields': [{ country: 'DE', isp: 'x' }, { country: 'DE' }],
  'wrong types': [{ country: 7, region: null, city: ['x'], latitude: '5', longitude: {} }, undefined],
  'numbers out of range': [{ latitude: 90.1, longitude: -180.1 }, undefined],
  'numbers at the bounds': [
    { latitude: -90, longitude: 180 },
    { latitude: -90, longitude: 180 },
  ],
  'no numbers': [{ latitude: Number.NaN, longitude: Number.POSITIVE_INFINITY }, undefined],
  'control characters': [{ city: ' Ber\0lin\u202e\n' }, { city: 'Berlin' }],
  'a megabyte': [
    { city: 'é'.repeat(1_000_000), region: 'x'.repeat(1_000_000) },
    { region: 'x'.repeat(128), city: 'é'.repeat(64) },
  ],
}

for (const [name, [result, location]] of Object.entries(RESULTS)) {
  test(`of a location that gives ${name} the valid fields are kept`, () => {
    const { capture, failures } = capturing({ location: () => result as SessionLocation })
    assert.deepEqual(now(capture(request)), location ? { ...plain, location } : plain)
    assert.deepEqual(failures, [])
  })
}

test('extra is kept, up to 1024 bytes of names and values', () => {
  const most = { a: 'x'.repeat(1000), é: 'y'.repeat(21) }
  const { capture, failures } = capturing({ extra: () => most })
  assert.deepEqual(now(capture(request)), { ...plain, extra: most })
  assert.deepEqual(now(capturing({ extra: () => undefined }).capture(request)), plain)
  assert.deepEqual(now(capturing({ extra: () => ({}) }).capture(request)), plain)
  assert.deepEqual(failures, [])
})

const EXTRAS: Record<string, [extra: () => unknown, failure: RegExp]> = {
  'too much': [() => ({ a: 'x'.repeat(1000), é: 'y'.repeat(22) }), /returned 1025 bytes, more than 1024/],
  'a number': [() => ({ a: 1 }), /strings alone/],
  'a list': [() => ['a'], /an object of strings/],
  null: [() => null, /an object of strings/],
  'a promise that rejects': [async () => Promise.reject(new Error('unhandled')), /not a promise/],
}

for (const [name, [extra, failure]] of Object.entries(EXTRAS)) {
  test(`extra that gives ${name} is omitted and reported`, () => {
    const { capture, failures } = capturing({ extra: extra as () => Record<string, string> })
    assert.deepEqual(now(capture(request)), plain)
    assert.equal(failures.length, 1)
    assert.match(failures[0]!, failure)
  })
}

test('a failing listener fails no request', async () => {
  const onFailure = () => {
    throw new Error('listener')
  }
  const failing = () => {
    throw new Error('broken')
  }
  const { capture } = capturing({ extra: failing, location: failing }, onFailure)
  assert.deepEqual(now(capture(request)), plain)
  const later = capturing({ location: () => Promise.reject(new Error('broken')) }, onFailure)
  assert.deepEqual(await later.capture(request), plain)
})
