import type { SealingKey } from '../../keys/key-provider.ts'
import type { CodecSettings, PayloadPlace } from '../codec.ts'
import { withKey } from '../key-use.ts'
import type { SealContext } from '../payload-keys.ts'
import { UnreadablePayload } from '../sealed-payload.ts'
import { keyIdOfUses, openUses, sealUses, type Uses, withLastUse } from './sealed-uses.ts'

/** Seals the uses of sessions with the key that sealed their content, so that both are sealed again together. */
export interface UsesCodec {
  /** Undefined when there is no such key. */
  seal(place: PayloadPlace, keyId: number, uses: Uses): Buffer | undefined | Promise<Buffer | undefined>
  /** Replaces the last use; undefined when that is the same, or there is no such key. */
  withLast(
    place: PayloadPlace,
    keyId: number,
    stored: Buffer,
    last: Buffer,
  ): Buffer | undefined | Promise<Buffer | undefined>
  /** @throws {@link UnreadablePayload} */
  open(place: PayloadPlace, stored: Buffer): Uses | Promise<Uses>
}

/** The codec for the uses of one table's sessions. */
export function usesCodecFor({ keys, namespace }: Pick<CodecSettings, 'keys' | 'namespace'>): UsesCodec {
  const contextOf = ({ sid, createdAt }: PayloadPlace): SealContext => ({ namespace, sid, createdAt })
  const using = <Result>(keyId: number, use: (key: SealingKey) => Result) =>
    withKey(
      () => keys.find(keyId),
      (key) => (key && !key.isRevoked ? use(key) : undefined),
    )
  return {
    seal: (place, keyId, uses) => using(keyId, (key) => sealUses(key, contextOf(place), uses)),
    withLast: (place, keyId, stored, last) => using(keyId, (key) => withLastUse(key, contextOf(place), stored, last)),
    open: (place, stored) =>
      withKey(
        () => keys.find(keyIdOfUses(stored)),
        (key) => {
          if (!key) throw new UnreadablePayload('unknown key')
          if (key.isRevoked) throw new UnreadablePayload('revoked key')
          return openUses(key, contextOf(place), stored)
        },
      ),
  }
}
