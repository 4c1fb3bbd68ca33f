/*
 * Prints golden vectors, which golden-vectors.json holds:
 *
 *   node --import tsx test/payload/golden-vectors.ts
 *
 * The file is fixed for ever: every release opens what it holds. It is never made anew, and a new version of the format
 * adds vectors of its own.
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { derivedKeys } from '../../src/keys/derived-keys.ts'
import type { KeyProvider } from '../../src/keys/key-provider.ts'
import { passphraseKeys } from '../../src/keys/passphrase-keys.ts'
import { staticKeys } from '../../src/keys/static-keys.ts'
import { serializers } from '../../src/payload/serializer.ts'
import { codecOf } from './codecs.ts'
import { goldenContents } from './golden-vectors-content.ts'

/** A key as an operator gives it, and the id that it has in a payload. */
export type GoldenKey = { keyId: number } & (
  | { id: number | string; key: string }
  | { secret: string }
  | { passphrase: string; salt: string }
)

export interface GoldenVector {
  key: string
  namespace: string
  sessionId: string
  createdAt: number
  /** Hexadecimal, as what follows. */
  plaintext: string
  sealed: string
  bindToCookie?: true
  compressed?: true
  /** Where the plaintext is a session: what made it, and its name in golden-vectors-content.ts. */
  serializer?: keyof typeof serializers
  content?: string
}

export interface GoldenVectors {
  keys: Record<string, GoldenKey>
  vectors: GoldenVector[]
}

/** The keys of a vector, as an application makes them. */
export function providerOf(key: GoldenKey): KeyProvider {
  if ('passphrase' in key) return passphraseKeys(key)
  return 'secret' in key ? derivedKeys(key.secret) : staticKeys([key])
}

const keys: Record<string, Omit<GoldenKey, 'keyId'> & Record<string, unknown>> = {
  named: { id: '2026-11', key: Buffer.from(Array.from({ length: 32 }, (_, n) => n)).toString('base64') },
  numbered: { id: 7, key: Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n)).toString('base64') },
  'of the highest id': { id: 0xffffffff, key: createHash('sha256').update('golden key').digest('base64') },
  derived: { secret: 'a golden secret of more than 32 characters' },
  'of a passphrase': { passphrase: 'golden words, several of them', salt: 'a golden salt of 16 bytes or more' },
}

const rows = [
  { namespace: 'stored_sessions', sessionId: 'Zm9yLXRoZS1nb2xkZW4tdmVjdG9ycy0w', createdAt: 1_763_636_955_123 },
  { namespace: 'web."Sessions" ключ', sessionId: '!~', createdAt: 0 },
  { namespace: 'stored_sessions', sessionId: 'x'.repeat(512), createdAt: Number.MAX_SAFE_INTEGER },
]

const kilobyte = Buffer.from(Array.from({ length: 1_024 }, (_, n) => (n * 7) & 0xff))

async function makeVectors(): Promise<GoldenVectors> {
  const made: GoldenVectors = { keys: {}, vectors: [] }
  for (const [name, key] of Object.entries(keys)) {
    const keyId = (await providerOf(key as unknown as GoldenKey).current()).id
    made.keys[name] = { ...key, keyId } as GoldenKey
    for (const [index, row] of rows.entries()) {
      made.vectors.push(await vector(name, row, index === 1 ? Buffer.alloc(0) : kilobyte.subarray(index * 500)))
    }
  }
  for (const row of rows) {
    made.vectors.push(await vector('named', row, kilobyte, { bindToCookie: true }))
    made.vectors.push(await vector('named', row, kilobyte, { compressed: true }))
    made.vectors.push(await vector('derived', row, kilobyte, { bindToCookie: true, compressed: true }))
  }
  for (const serializer of ['msgpack', 'json'] as const) {
    for (const [content, value] of Object.entries(goldenContents)) {
      if (serializer === 'json' && content === 'rich') continue
      const plaintext = serializers[serializer].serialize(value)
      made.vectors.push(await vector('derived', rows[0]!, plaintext, { serializer, content }))
    }
  }
  return made
}

async function vector(
  key: string,
  row: (typeof rows)[number],
  plaintext: Uint8Array,
  more: Pick<GoldenVector, 'bindToCookie' | 'compressed' | 'serializer' | 'content'> = {},
): Promise<GoldenVector> {
  const codec = codecOf(providerOf(keys[key] as unknown as GoldenKey), row.namespace, serializers.json, {
    bindToCookie: more.bindToCookie ?? false,
    compressAbove: more.compressed ? 0 : false,
  })
  const sid = createHash('sha256').update(row.sessionId).digest()
  const sealed = await codec.seal({ sid, createdAt: row.createdAt, id: row.sessionId }, plaintext)
  return { key, ...row, plaintext: Buffer.from(plaintext).toString('hex'), sealed: sealed.toString('hex'), ...more }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await makeVectors(), null, 2))
