import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { derivedKeys, type KeyProvider, StoredSessionStore, sealingKey, staticKeys } from '../../src/index.ts'
import { open, seal } from '../../src/payload/sealed-payload.ts'

const material = randomBytes(32)
const secret = 'correct horse battery staple, thirty-two and more'
const provider = staticKeys([{ id: 'a', key: material }])
const derived = derivedKeys(secret)

/** Every way in which a value ends up in a log. */
function shownForms(value: unknown): string[] {
  const full = { depth: null, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null } as const
  return [
    inspect(value),
    inspect(value, full),
    JSON.stringify(value) ?? '',
    String(value),
    `${inspect({ value }, full)}`,
  ]
}

/** Every way in which bytes are written. */
function writtenForms(bytes: Buffer): string[] {
  const part = bytes.subarray(0, 12)
  const numbers = [...part].join(',')
  return [part.toString('hex'), part.toString('base64').slice(0, 16), part.toString('latin1'), numbers].concat(
    numbers.replaceAll(',', ', '),
    part.toString('hex').replaceAll(/(..)(?!$)/g, '$1 '),
  )
}

async function assertHides(value: unknown, what: string): Promise<void> {
  const { secret: derivedKey } = await derived.current()
  const secrets = [...writtenForms(material), ...writtenForms(derivedKey.export()), secret.slice(0, 20)]
  for (const shown of shownForms(value)) {
    for (const hidden of secrets) assert.ok(!shown.includes(hidden), `${what}: ${shown}`)
  }
}

function thrownBy(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

describe('key material is not shown', () => {
  let store: StoredSessionStore
  let keyedStore: StoredSessionStore
  before(async () => {
    store = new StoredSessionStore({ database: 'sqlite::memory:', secret, trim: false })
    keyedStore = new StoredSessionStore({ database: 'sqlite::memory:', keys: provider, trim: false })
    await Promise.all([store.ready(), keyedStore.ready()])
  })
  after(() => Promise.all([store.close(), keyedStore.close()]))

  test('but by these looks it would be, were it not hidden', () => {
    const shown = shownForms({ key: material, secret, list: [...material] }).join()
    assert.ok(shown.includes(secret.slice(0, 20)))
    assert.ok(shown.includes([...material.subarray(0, 12)].join()))
    assert.ok(shown.includes(material.toString('hex', 0, 12).replaceAll(/(..)(?!$)/g, '$1 ')))
  })

  test('by keys and their providers', async () => {
    await assertHides(sealingKey('a', material), 'key')
    for (const one of [provider, derived] as KeyProvider[]) {
      await assertHides(one, 'provider')
      await assertHides(await one.current(), 'current key')
      await assertHides(await one.find((await one.current()).id), 'found key')
    }
  })

  test('by stores', async () => {
    await assertHides(store, 'store with a secret')
    await assertHides(keyedStore, 'store with keys')
  })

  test('by errors', async () => {
    const key = sealingKey('a', material)
    const context = { namespace: 'table', sid: randomBytes(32), createdAt: 1 }
    const sealed = seal(key, context, Buffer.from('x'))
    sealed[22]! ^= 1
    const twice = [
      { id: 'a', key: material },
      { id: 'b', key: material },
    ]
    const errors = [
      thrownBy(() => open(key, context, sealed)),
      thrownBy(() => staticKeys(twice)),
      thrownBy(() => staticKeys([{ id: 'a', key: material.subarray(1) }])),
      thrownBy(() => staticKeys([{ id: 'a', key: `${material.toString('base64')}!` }])),
      thrownBy(() => staticKeys([{ id: 'a', key: material.toString('base64').slice(0, 40) }])),
      thrownBy(() => derivedKeys([secret, secret])),
      thrownBy(() => derivedKeys(secret.slice(0, 31))),
      thrownBy(() => new StoredSessionStore({ database: 'nowhere', secret: secret.slice(0, 31) })),
      thrownBy(() => new StoredSessionStore({ database: 'nowhere', secret, keys: { key: material } as never })),
    ]
    for (const error of errors) await assertHides(error, error.message)
  })
})
