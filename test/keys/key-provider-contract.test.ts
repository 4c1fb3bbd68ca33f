import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { derivedKeys, envKeys, type KeyProvider, passphraseKeys, sealingKey, staticKeys } from '../../src/index.ts'
import { type KeyProviderSubject, keyProviderContract } from '../../src/testing/index.ts'
import { secret } from '../support/stores.ts'
import { LearningKeys } from './learning-keys.ts'
import { namedKey, namedKeyId } from './named-key.ts'

const VARIABLE = 'KEYS_OF_THE_CONTRACT_TEST'
const formerSecret = 'a former secret that is just as long as it has to be'
const passphrase = { passphrase: 'four words of a long passphrase', salt: 'a salt of sixteen bytes or more' }

const formerId = async () => (await derivedKeys(formerSecret).current()).id

/** Every provider of this package, by the name that it has in docs/keys.md. */
const OURS: Record<string, KeyProviderSubject> = {
  derivedKeys: { create: () => derivedKeys([secret, formerSecret]), formerIds: [await formerId()] },
  staticKeys: {
    create: () =>
      staticKeys([namedKey('new'), namedKey('next', 'pending'), namedKey('old'), { ...namedKey('7'), id: 7 }]),
    formerIds: [...['next', 'old'].map(namedKeyId), 7],
  },
  envKeys: { create: () => envKeys(VARIABLE), formerIds: [namedKeyId('old')] },
  'a provider that learns': learning(),
  passphraseKeys: { create: () => passphraseKeys(passphrase) },
}

function learning(): KeyProviderSubject {
  const provider = new LearningKeys('now')
  const makeKey = () => {
    provider.published.push('made meanwhile')
    return namedKeyId('made meanwhile')
  }
  const createUnreachable = () => {
    const unreachable = new LearningKeys('other')
    unreachable.fault = new Error('the service is away')
    return { find: (id: number) => unreachable.find(id), refresh: () => unreachable.refresh(), current: failing }
  }
  return { create: () => provider, makeKey, createUnreachable }
}

function failing(): never {
  throw new Error('connect ECONNREFUSED kms.internal:443')
}

for (const [name, subject] of Object.entries(OURS)) {
  describe(name, () => {
    before(() => {
      const text = ({ id, key }: ReturnType<typeof namedKey>) =>
        `${id}:${Buffer.from(key as Buffer).toString('base64')}`
      process.env[VARIABLE] = ['new', 'old'].map((id) => text(namedKey(id))).join()
    })
    after(() => {
      delete process.env[VARIABLE]
    })
    for (const { name, run } of keyProviderContract(subject)) test(name, run)
  })
}

describe('the contract for key providers', () => {
  const key = sealingKey('sound', randomBytes(32))
  const former = sealingKey('former', randomBytes(32))
  const sound: KeyProvider = { current: () => key, find: (id) => [key, former].find((one) => one.id === id) }
  const away: KeyProvider = { current: failing, find: async () => failing() }
  const { id } = key
  const material = key.secret.export()
  const odd = (facts: object) => ({ ...sound, current: () => ({ ...key, ...facts }) }) as KeyProvider
  // As a client that lives in another context yields them.
  const thenable: (value: unknown) => never = runInNewContext('(value) => Promise.resolve(value)')
  const never = () => new Promise<never>(() => {})

  /** Providers with one fault each, and the beginning of the promise that it breaks. */
  const BROKEN: Record<string, [promise: string, create: () => KeyProvider | Promise<KeyProvider>]> = {
    'has no current key': ['the current key has', () => ({ ...sound, current: () => undefined as never })],
    'has an id of 64 bits': ['the current key has', () => odd({ id: 2 ** 32 })],
    'has a name for an id': ['the current key has', () => odd({ id: 'sound' })],
    'has bytes in place of a KeyObject': ['the current key has', () => odd({ secret: material })],
    'has a key of one byte': ['the current key has', () => odd({ secret: zeroKey() })],
    'seals with a revoked key': ['the current key has', () => odd({ isRevoked: true })],
    'has text for a date': ['the current key has', () => odd({ since: '2026-11-01' })],
    'fails to start': ['the current key has', () => Promise.reject(new Error('no credentials'))],
    'answers with a thenable': ['the current key has', () => ({ ...sound, current: () => thenable(key) })],
    'never answers': ['the current key has', () => ({ ...sound, current: never })],
    'forgets the current key': ['the current key is found', () => ({ ...sound, find: () => undefined })],
    'finds another key': ['the current key is found', () => ({ ...sound, find: () => former })],
    'finds by a thenable': ['the current key is found', () => ({ ...sound, find: () => thenable(key) })],
    'finds one key under every id': ['what is found', () => ({ ...sound, find: () => key })],
    'finds null': ['what is found', () => ({ ...sound, find: (one) => (one === id ? key : (null as never)) })],
    'fails where there is no key': [
      'what is found',
      () => ({ ...sound, find: (one) => (one === id ? key : failing()) }),
    ],
    'looks at half of the id': [
      'what is found',
      () => ({ ...sound, find: (one) => ((one ^ id) & 0xffff ? undefined : key) }),
    ],
    'makes its key when it is asked': ['a key keeps', () => whimsical()],
    'answers one at a time': ['a key keeps', () => exclusive(sound)],
    'makes its key when it starts': ['what was sealed', () => staticKeys([{ id: 'a', key: randomBytes(32) }])],
    'makes id and key when it starts': [
      'what was sealed',
      () => staticKeys([{ id: randomBytes(3).readUIntBE(0, 3), key: randomBytes(32) }]),
    ],
    'keeps bytes in a property': ['no inspection', () => ({ ...sound, material })],
    'keeps base64 deep inside': [
      'no inspection',
      () => ({ ...sound, config: { keys: [material.toString('base64')] } }),
    ],
    'has bytes in a key': ['no inspection', () => odd({ raw: [...material] })],
    'turns into text with the key in it': [
      'no inspection',
      () => ({ ...sound, toString: () => material.toString('hex') }),
    ],
    'turns into JSON with the key in it': [
      'no inspection',
      () => ({ ...sound, toJSON: () => ({ k: { ...material } }) }),
    ],
    'lost a former key': ['the former key', () => ({ ...sound, find: (one) => (one === id ? key : undefined) })],
    'revoked a former key': [
      'the former key',
      () => ({ ...sound, find: (one) => (one === id ? key : { ...former, isRevoked: true }) }),
    ],
    'gave a former key the current bytes': [
      'the former key',
      () => ({ ...sound, find: (one) => ({ ...key, id: one }) }),
    ],
  }
  const namesBroken = async (subject: KeyProviderSubject) => {
    const checks = keyProviderContract({ patience: 50, ...subject })
    const outcomes = await Promise.allSettled(checks.map(({ run }) => run()))
    return checks.filter((_, index) => outcomes[index]!.status === 'rejected').map(({ name }) => name)
  }
  const subject = {
    create: () => sound,
    formerIds: [former.id],
    makeKey: () => former.id,
    createUnreachable: () => away,
  }

  test('is passed by a sound provider', async () => {
    assert.deepEqual(await namesBroken(subject), [])
    const later = { current: async () => key, find: async (one: number) => sound.find(one) }
    assert.deepEqual(await namesBroken({ ...subject, create: async () => later }), [])
  })

  for (const [what, [promise, create]] of Object.entries(BROKEN)) {
    test(`is not passed by a provider that ${what}`, async () => {
      const broken = await namesBroken({ ...subject, create })
      assert.ok(
        broken.some((name) => name.startsWith(promise)),
        broken.join(', '),
      )
    })
  }

  test('is not passed by a provider that says there is no key while it cannot ask', async () => {
    const silent: Partial<KeyProvider>[] = [
      { find: () => undefined },
      { find: () => undefined, refresh: () => {} },
      { find: never },
      { current: () => key },
    ]
    for (const answer of silent) {
      const broken = await namesBroken({ ...subject, createUnreachable: () => ({ ...away, ...answer }) })
      assert.deepEqual(broken, ['a key that cannot be asked for is an error, and never undefined'])
    }
  })

  test('is not passed by a provider that never learns of a key that others made', async () => {
    const deaf: Partial<KeyProvider>[] = [{}, { refresh: () => {} }, { refresh: never }, { refresh: failing }]
    for (const refresh of deaf) {
      const broken = await namesBroken({ ...subject, create: () => ({ ...sound, ...refresh }), makeKey: () => 4 })
      assert.deepEqual(broken, ['a key that others made is found, after refresh() at the latest'])
    }
  })

  test('has no promise that no provider breaks', () => {
    const promises = [...Object.values(BROKEN).map(([promise]) => promise), 'a key that cannot', 'a key that others']
    const unbroken = keyProviderContract(subject).filter(({ name }) => !promises.some((one) => name.startsWith(one)))
    assert.deepEqual(unbroken, [])
  })

  /** Bytes that sealingKey() would refuse. */
  function zeroKey() {
    return createSecretKey(Buffer.alloc(32))
  }

  /** A provider that keeps its id, and makes new bytes each time. */
  function whimsical(): KeyProvider {
    const made = () => sealingKey(7, randomBytes(32))
    return { current: made, find: (one) => (one === 7 ? made() : undefined) }
  }

  /** A provider that finds nothing while it is finding something. */
  function exclusive({ current, find }: KeyProvider): KeyProvider {
    let isBusy = false
    return {
      current,
      async find(one) {
        if (isBusy) return undefined
        isBusy = true
        await Promise.resolve()
        isBusy = false
        return find(one)
      },
    }
  }
})
