import type { SealingKey } from '../../keys/key-provider.ts'
import type { CodecSettings, PayloadPlace } from '../codec.ts'
import { withKey } from '../key-use.ts'
import type { SealContext } from '../payload-keys.ts'
import { UnreadablePayload } from '../sealed-payload.ts'
import { type Binding, keyIdOfBinding, openBinding, sealBinding } from './sealed-binding.ts'

/**
 * Seals the bindings of sessions with the key that sealed their content, so that both are sealed again together. They
 * open without the cookie of the session, because a browser may renew its proof without it.
 */
export interface BindingCodec {
  /** Undefined when there is no such key. */
  seal(place: PayloadPlace, keyId: number, binding: Binding): Buffer | undefined | Promise<Buffer | undefined>
  /** @throws {@link UnreadablePayload} */
  open(place: PayloadPlace, stored: Buffer): Binding | Promise<Binding>
}

/** The codec for the bindings of one table's sessions. */
export function bindingCodecFor({ keys, namespace }: Pick<CodecSettings, 'keys' | 'namespace'>): BindingCodec {
  const contextOf = ({ sid, createdAt }: PayloadPlace): SealContext => ({ namespace, sid, createdAt })
  return {
    seal: (place, keyId, binding) =>
      withKey(
        () => keys.find(keyId),
        (key) => (isUsable(key) ? sealBinding(key, contextOf(place), binding) : undefined),
      ),
    open: (place, stored) =>
      withKey(
        () => keys.find(keyIdOfBinding(stored)),
        (key) => {
          if (!key) throw new UnreadablePayload('unknown key')
          if (key.isRevoked) throw new UnreadablePayload('revoked key')
          return openBinding(key, contextOf(place), stored)
        },
      ),
  }
}

const isUsable = (key: SealingKey | undefined): key is SealingKey => key !== undefined && !key.isRevoked
