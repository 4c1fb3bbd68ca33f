import { timingSafeEqual } from 'node:crypto'
import type { SealingKey } from '../../keys/key-provider.ts'
import type { CodecSettings } from '../codec.ts'
import { presentKey, withKey } from '../key-use.ts'
import { BLOCK_BYTES, hmacInto } from '../keyed-hash.ts'
import { framed } from '../payload-keys.ts'
import { nextRandom } from '../session-id.ts'

/*
 * A token that this application gave to a browser, until a time, and checks without any state, in base64url:
 *
 *   offset 0         4                  10       18
 *          key id    until, ms (BE)     nonce    MAC
 *          4 B (BE)  6 B                8 B      24 B
 *
 *   MAC = HMAC-SHA512(master key, fields)[0..24], where the length of each field precedes it as 4 bytes (BE):
 *         "stored-session/token", kind (1 B), namespace (UTF-8), subject (32 B), until and nonce (14 B)
 */
const UNTIL_AT = 4
const NONCE_AT = 10
const MAC_AT = 18
const TOKEN_BYTES = 42
const TOKEN_LENGTH = (TOKEN_BYTES * 4) / 3
const LABEL = Buffer.from('stored-session/token')
const SUBJECT_BYTES = 32

/** What a token is for: none counts as another. */
export type TokenKind = keyof typeof KINDS

const KINDS = {
  /** The cookie of a device, for the id of its binding. */
  device: 1,
  /** The challenge to bind a session, for its sid. */
  register: 2,
  /** The challenge to renew the cookie of a device, for the name of its session. */
  refresh: 3,
} as const

/** Makes and checks tokens. */
export interface TokenCodec {
  /** @param until - epoch milliseconds */
  issue(kind: TokenKind, subject: Buffer, until: number): string | Promise<string>
  /** Until when a token is valid; undefined unless it is one of ours, for this subject, and valid now. */
  validUntil(kind: TokenKind, subject: Buffer, token: string): number | undefined | Promise<number | undefined>
}

// The result of the last MAC. Callers use it synchronously, so it can be shared.
const DIGEST = Buffer.alloc(64)
const MAC_BYTES = TOKEN_BYTES - MAC_AT
const MAC = DIGEST.subarray(0, MAC_BYTES)

/** The tokens of one table. */
export function tokenCodecFor({ keys, namespace }: Pick<CodecSettings, 'keys' | 'namespace'>): TokenCodec {
  const label = Buffer.from(namespace)
  const blank = [LABEL, Buffer.alloc(1), label, Buffer.alloc(SUBJECT_BYTES), Buffer.alloc(MAC_AT - UNTIL_AT)]
  const input = Buffer.concat([Buffer.alloc(BLOCK_BYTES), framed(blank)])
  const kindAt = BLOCK_BYTES + 4 + LABEL.length + 4
  const subjectAt = kindAt + 1 + 4 + label.length + 4
  const timeAt = subjectAt + SUBJECT_BYTES + 4

  function mac({ secret }: SealingKey, kind: TokenKind, subject: Buffer, token: Buffer): Buffer {
    input[kindAt] = KINDS[kind]
    input.fill(0, subjectAt, subjectAt + SUBJECT_BYTES)
    subject.copy(input, subjectAt)
    token.copy(input, timeAt, UNTIL_AT, MAC_AT)
    hmacInto(DIGEST, secret, input)
    return MAC
  }

  return {
    issue: (kind, subject, until) =>
      withKey(
        () => keys.current(),
        (current) => {
          const key = presentKey(current)
          const token = Buffer.alloc(TOKEN_BYTES)
          token.writeUInt32BE(key.id)
          token.writeUIntBE(until, UNTIL_AT, NONCE_AT - UNTIL_AT)
          nextRandom().copy(token, NONCE_AT, 0, MAC_AT - NONCE_AT)
          mac(key, kind, subject, token).copy(token, MAC_AT)
          return token.toString('base64url')
        },
      ),
    validUntil(kind, subject, text) {
      const token = text.length === TOKEN_LENGTH ? Buffer.from(text, 'base64url') : undefined
      if (token?.length !== TOKEN_BYTES) return undefined
      const until = token.readUIntBE(UNTIL_AT, NONCE_AT - UNTIL_AT)
      if (until <= Date.now()) return undefined
      return withKey(
        () => keys.find(token.readUInt32BE()),
        (key) => {
          if (!key || key.isRevoked) return undefined
          return timingSafeEqual(mac(key, kind, subject, token), token.subarray(MAC_AT)) ? until : undefined
        },
      )
    },
  }
}
