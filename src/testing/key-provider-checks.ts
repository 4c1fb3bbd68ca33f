import assert from 'node:assert/strict'
import { KEY_BYTES, type KeyProvider, type SealingKey } from '../keys/key-provider.ts'
import { keyIdOf, open, type SealContext, seal } from '../payload/sealed-payload.ts'
import { answerOf } from './answer-of.ts'
import { assertHidden } from './key-hiding.ts'

/**
 * The facts about a key provider that its contract needs.
 *
 * @example
 * ```ts
 * const subject: KeyProviderSubject = { create: () => envKeys(), patience: 1_000 }
 * ```
 */
export interface KeyProviderSubject {
  /** Creates the provider as an application does at start. Called once for all checks, and again for a restart. */
  create(): KeyProvider | Promise<KeyProvider>
  /** Ids of keys that must still open, in addition to the current key's id. @defaultValue none */
  formerIds?: readonly number[]
  /** Creates the provider while its source of keys does not answer. Without it, these checks are skipped. */
  createUnreachable?(): KeyProvider | Promise<KeyProvider>
  /** Creates another key in the source of the provider, as another process would, and returns its id. */
  makeKey?(): number | Promise<number>
  /** The maximum time for an answer, in milliseconds. @defaultValue 10000 */
  patience?: number
}

const LARGEST_ID = 0xffff_ffff
const ASKING_AT_ONCE = 50
const USUAL_PATIENCE_MS = 10_000

/** The checks of the contract on one provider. */
export class KeyProviderChecks {
  readonly #subject: KeyProviderSubject
  readonly #patience: number
  #provider: Promise<KeyProvider> | undefined

  constructor(subject: KeyProviderSubject) {
    this.#subject = subject
    this.#patience = subject.patience ?? USUAL_PATIENCE_MS
  }

  async current(): Promise<void> {
    const key = await this.#current()
    assertKey(key, 'current()')
    assert.ok(!key.isRevoked, 'current() is a revoked key, which opens nothing that it seals')
  }

  async findsCurrent(): Promise<void> {
    const current = await this.#current()
    const found = await this.#find(current.id)
    assert.ok(found, `find(${current.id}) is undefined, but the current key has this id`)
    assertSame(current, found, 'find() of the current id')
  }

  async findsNoOther(): Promise<void> {
    const { id } = await this.#current()
    // Ids close to the current one: a provider that truncates, rounds or confuses ids has one key for several of them.
    const others = [id + 1, id - 1, id ^ 1, ~id, id & 0xffff, id & 0x7fff_ffff, 0, LARGEST_ID].map((near) => near >>> 0)
    for (const other of new Set(others)) {
      const found = await this.#find(other).catch((error) => {
        throw new Error(`find(${other}) fails where no key has this id; what is not there is undefined`, {
          cause: error,
        })
      })
      if (found === undefined) continue
      assertKey(found, `find(${other})`)
      assert.equal(found.id, other, `find(${other}) is the key ${found.id}; what is not there is undefined`)
    }
  }

  async staysTheSame(): Promise<void> {
    const first = await this.#current()
    const asked = Array.from({ length: ASKING_AT_ONCE }, (_, n) => (n % 2 ? this.#find(first.id) : this.#current()))
    for (const key of await Promise.all(asked)) {
      assert.ok(key, `find(${first.id}) is undefined when many ask at once`)
      // The current key may have changed by now, but an id always has the same bytes.
      if (key.id === first.id) assertSame(first, key, 'a later answer')
    }
  }

  async outlivesRestarts(): Promise<void> {
    const context: SealContext = { namespace: 'contract', sid: Buffer.alloc(KEY_BYTES, 1), createdAt: 1 }
    const sealed = seal(await this.#current(), context, Buffer.from('sealed before the restart'))
    const restarted = await this.#subject.create()
    const key = await answerOf('find()', () => restarted.find(keyIdOf(sealed)), this.#patience)
    assert.ok(key, 'a provider made anew does not find the key that sealed before')
    const message = 'a provider made anew has other bytes under the same id'
    assert.doesNotThrow(() => open(key, context, sealed), message)
  }

  async hidesKeys(): Promise<void> {
    const provider = await this.#made()
    const key = await this.#current()
    assertHidden(key.secret.export(), { 'the provider': provider, 'the key': key })
  }

  async former(id: number): Promise<void> {
    const current = await this.#current()
    const found = await this.#find(id)
    assert.ok(found, `find(${id}) is undefined`)
    assertKey(found, `find(${id})`)
    assert.equal(found.id, id, `find(${id}) is the key ${found.id}`)
    assert.ok(!found.isRevoked, `find(${id}) is a revoked key, which opens nothing`)
    assert.ok(!found.secret.equals(current.secret), `find(${id}) has the bytes of the current key`)
  }

  async learns(makeKey: NonNullable<KeyProviderSubject['makeKey']>): Promise<void> {
    await this.#current()
    const id = await makeKey()
    // The store looks for an unknown key once more before the session counts as unreadable.
    const found = (await this.#find(id)) ?? (await this.#findAgain(id))
    assert.ok(found, `find(${id}) is undefined for a key that was just made`)
    assertKey(found, `find(${id})`)
    assert.equal(found.id, id, `find(${id}) is the key ${found.id}`)
  }

  async fails(createUnreachable: NonNullable<KeyProviderSubject['createUnreachable']>): Promise<void> {
    const { id } = await this.#current()
    const provider = await createUnreachable()
    const find = async () => (await provider.find(id)) ?? provider.refresh?.()
    for (const [what, ask] of Object.entries({ 'current()': () => provider.current(), 'find()': find })) {
      const answer = answerOf<unknown>(what, ask, this.#patience).then(
        () => 'an answer',
        (error) => (error instanceof assert.AssertionError ? error.message : 'an error'),
      )
      // "No such key" would end every session that the key sealed.
      assert.equal(await answer, 'an error', `${what} must throw or reject while the key cannot be asked for`)
    }
  }

  #made(): Promise<KeyProvider> {
    this.#provider ??= (async () => this.#subject.create())()
    return this.#provider
  }

  async #current(): Promise<SealingKey> {
    const provider = await this.#made()
    return answerOf('current()', () => provider.current(), this.#patience)
  }

  async #find(id: number): Promise<SealingKey | undefined> {
    const provider = await this.#made()
    return answerOf(`find(${id})`, () => provider.find(id), this.#patience)
  }

  async #findAgain(id: number): Promise<SealingKey | undefined> {
    const provider = await this.#made()
    await answerOf('refresh()', () => provider.refresh?.(), this.#patience)
    return this.#find(id)
  }
}

function assertKey(key: SealingKey | undefined, what: string): void {
  const { id, secret, since } = key ?? ({} as Partial<SealingKey>)
  assert.ok(Number.isInteger(id) && id! >= 0 && id! <= LARGEST_ID, `the id of ${what} is no unsigned 32-bit number`)
  assert.equal(secret?.type, 'secret', `the secret of ${what} is no secret KeyObject; make keys with sealingKey()`)
  const bytes = secret!.export()
  assert.equal(bytes.length, KEY_BYTES, `${what} has ${bytes.length} bytes, and not ${KEY_BYTES}`)
  assert.ok(new Set(bytes).size > 1, `${what} is one byte repeated`)
  assert.ok(since === undefined || Number.isFinite(since), `the since of ${what} is no number of milliseconds`)
}

function assertSame(one: SealingKey, other: SealingKey, what: string): void {
  assert.equal(other.id, one.id, `${what} has another id`)
  assert.ok(other.secret.equals(one.secret), `${what} has other bytes under the same id`)
}
