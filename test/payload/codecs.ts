import type { KeyProvider } from '../../src/keys/key-provider.ts'
import { type Codec, type CodecSettings, codecFor } from '../../src/payload/codec.ts'
import { type Serializer, serializers } from '../../src/payload/serializer.ts'

/** A codec with everything optional off. */
export function codecOf(
  keys: KeyProvider,
  namespace: string,
  serializer: Serializer = serializers.msgpack,
  settings: Partial<CodecSettings> = {},
): Codec {
  return codecFor({
    keys,
    serializer,
    namespace,
    bindToCookie: false,
    compressAbove: false,
    maxBytes: 1_048_576,
    errorPaths: false,
    acceptsUnencrypted: () => false,
    ...settings,
  })
}
