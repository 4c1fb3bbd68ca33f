import { UnavailableError } from '../errors.ts'
import type { SealingKey } from '../keys/key-provider.ts'
import { open, type SealContext, seal, UnreadablePayload } from './sealed-payload.ts'

/** Synchronous when the provider is. A failing provider says nothing about the session. */
export function withKey<Key, Result>(
  ask: () => Key | Promise<Key>,
  use: (key: Key) => Result,
): Result | Promise<Result> {
  const key = attempt(ask, unavailable)
  return key instanceof Promise ? key.catch(unavailable).then(use) : use(key)
}

function unavailable(error: unknown): never {
  throw new UnavailableError({ cause: error })
}

/** Seals with the current key of the provider. */
export function sealWith(
  key: SealingKey | undefined,
  context: SealContext,
  plaintext: Uint8Array,
  version: number,
): Buffer {
  return seal(presentKey(key), context, plaintext, version)
}

/** The current key of the provider, if it has one. @throws `FST_STORED_SESSION_UNAVAILABLE` */
export function presentKey(key: SealingKey | undefined): SealingKey {
  return key ?? unavailable(new Error('the key provider has no current key'))
}

/**
 * Opens with the key that a payload names.
 *
 * @throws {@link UnreadablePayload}
 */
export function openWith(
  key: SealingKey | undefined,
  context: SealContext,
  sealed: Buffer,
  isExpected?: (bytes: Buffer) => boolean,
): Buffer {
  if (!key) throw new UnreadablePayload('unknown key')
  if (key.isRevoked) throw new UnreadablePayload('revoked key')
  return open(key, context, sealed, isExpected)
}

/** Runs something, and passes its error to a function that throws another. */
export function attempt<Result>(run: () => Result, fail: (error: unknown) => never): Result {
  try {
    return run()
  } catch (error) {
    return fail(error)
  }
}
