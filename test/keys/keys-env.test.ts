import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, test } from 'node:test'
import { envKeys, sealingKey } from '../../src/index.ts'

const NAME = 'SESSION_KEYS_OF_THE_TEST'
const materials = [1, 2, 3].map(() => randomBytes(32))
const base64 = (index: number) => materials[index]!.toString('base64')

function keysFrom(text: string) {
  process.env[NAME] = text
  return envKeys(NAME)
}

async function currentOf(text: string) {
  const { id, secret } = await keysFrom(text).current()
  return { id, bytes: secret.export() }
}

function refused(text: string, message: RegExp): void {
  assert.throws(
    () => keysFrom(text),
    (error: { code?: string; message: string }) => {
      assert.equal(error.code, 'FST_STORED_SESSION_INVALID_KEY')
      assert.match(error.message, message)
      for (const part of text.split(/[^A-Za-z0-9+/_-]+/).filter((word) => word.length >= 16)) {
        assert.ok(!error.message.includes(part.slice(0, 12)), 'the message must not show what the variable holds')
      }
      return true
    },
  )
}

afterEach(() => {
  delete process.env[NAME]
  delete process.env.SESSION_KEYS
})

test('a list of id:base64 is read, newest first, in all its spellings', async () => {
  const expected = { id: sealingKey('2026-11', materials[0]!).id, bytes: materials[0] }
  const pair = [`2026-11:${base64(0)}`, `2026-08:${base64(1)}`]
  for (const text of [
    pair[0]!,
    pair.join(),
    pair.join(' '),
    pair.join('\n'),
    ` ${pair.join(' , ')}\n`,
    `${pair.join()},`,
    `2026-11:${materials[0]!.toString('base64url')}`,
  ]) {
    assert.deepEqual(await currentOf(text), expected)
  }
  const keys = keysFrom(pair.join())
  assert.ok(await keys.find(sealingKey('2026-08', materials[1]!).id))
})

test('JSON is read with states and dates', async () => {
  const keys = keysFrom(
    JSON.stringify([
      { id: 'next', key: base64(0), state: 'pending' },
      { id: 'now', key: base64(1), state: 'current', since: '2026-11-01' },
      { id: 7, key: base64(2), state: 'revoked' },
    ]),
  )
  const current = await keys.current()
  assert.deepEqual(current.secret.export(), materials[1])
  assert.equal(current.since, Date.parse('2026-11-01'))
  assert.equal((await keys.find(7))?.isRevoked, true)
  assert.equal((await keys.find(sealingKey('next', materials[0]!).id))?.isRevoked, undefined)
})

test('the variable is SESSION_KEYS unless told otherwise', async () => {
  process.env.SESSION_KEYS = `a:${base64(0)}`
  assert.deepEqual((await envKeys().current()).secret.export(), materials[0])
})

test('a number in a list is a name, and in JSON it is the id itself', async () => {
  assert.equal((await currentOf(`7:${base64(0)}`)).id, sealingKey('7', materials[0]!).id)
  assert.equal((await currentOf(JSON.stringify([{ id: 7, key: base64(0) }]))).id, 7)
})

test('a variable that is missing or empty is named, with the form that it needs', () => {
  for (const text of ['', ' ', '\n\t']) refused(text, /SESSION_KEYS_OF_THE_TEST is missing or empty; set it to id:key/)
  assert.throws(() => envKeys('NO_SUCH_VARIABLE'), /NO_SUCH_VARIABLE is missing or empty/)
})

test('text that is no list of id:base64 is refused, without showing it', () => {
  const form = /is not of the form id:base64/
  refused(base64(0), form)
  refused(`:${base64(0)}`, form)
  refused('a:', form)
  refused(`a:${base64(0)};b:${base64(1)}`, form)
  refused(`a:b:${base64(0)}`, form)
  refused(',', /no key has the state current/)
  refused(`a:${base64(0).slice(0, 30)}`, /key "a" has 22 bytes/)
  refused(`${base64(0)}:2026-11`, /has 5 bytes/)
  refused(`a:${base64(0)},a:${base64(1)}`, /two keys have the same id/)
  refused(`a:${base64(0)},b:${base64(0)}`, /same bytes/)
  refused(`a:${Buffer.alloc(32).toString('base64')}`, /one byte repeated/)
})

test('JSON that is no list of keys is refused, without showing it', () => {
  const list = /is not a JSON list/
  refused(`[{"id":"a","key":"${base64(0)}"`, list)
  refused(`["${base64(0)}"]`, list)
  refused('[null]', list)
  refused('[]', /no key has the state current/)
  refused('[{}]', /is missing, or is not bytes/)
  refused(`[{"key":"${base64(0)}"}]`, /a key id is missing or empty/)
  refused(`[{"id":"a","key":"${base64(0)}","state":"active"}]`, /the state of key "a" must be/)
  refused(`{"id":"a","key":"${base64(0)}"}`, /is not of the form id:base64/)
})
