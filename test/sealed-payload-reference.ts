import { webcrypto } from 'node:crypto'

/*
 * Sealing and opening written a second time, from the layout comment in src/payload/sealed-payload.ts and on another
 * interface to the ciphers: what both agree on is the format, and not a slip of either.
 */
const { subtle } = webcrypto

export interface ReferenceContext {
  namespace: string
  sid: Uint8Array
  createdAt: number
}

export async function referenceSeal(
  keyId: number,
  masterKey: Uint8Array,
  context: ReferenceContext,
  plaintext: Uint8Array,
): Promise<Buffer> {
  const header = Buffer.alloc(21)
  header.writeUInt8(1, 0)
  header.writeUInt32BE(keyId, 1)
  webcrypto.getRandomValues(header.subarray(5))
  const { key, iv } = await derive(masterKey, header, context)
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: header, tagLength: 128 }, key, plaintext)
  return Buffer.concat([header, Buffer.from(sealed)])
}

export async function referenceOpen(
  masterKey: Uint8Array,
  context: ReferenceContext,
  sealed: Uint8Array,
): Promise<Buffer> {
  const header = Buffer.from(sealed.subarray(0, 21))
  const { key, iv } = await derive(masterKey, header, context)
  const algorithm = { name: 'AES-GCM', iv, additionalData: header, tagLength: 128 }
  return Buffer.from(await subtle.decrypt(algorithm, key, sealed.subarray(21)))
}

async function derive(masterKey: Uint8Array, header: Buffer, { namespace, sid, createdAt }: ReferenceContext) {
  const createdAtBytes = Buffer.alloc(8)
  createdAtBytes.writeUInt32BE(Math.floor(createdAt / 2 ** 32), 0)
  createdAtBytes.writeUInt32BE(createdAt % 2 ** 32, 4)
  const message = Buffer.concat([
    field(Buffer.from('stored-session/payload', 'ascii')),
    field(header.subarray(0, 1)),
    field(header.subarray(1, 5)),
    field(header.subarray(5, 21)),
    field(Buffer.from(namespace, 'utf8')),
    field(sid),
    field(createdAtBytes),
  ])
  const hmac = await subtle.importKey('raw', masterKey, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign'])
  const okm = Buffer.from(await subtle.sign('HMAC', hmac, message))
  const key = await subtle.importKey('raw', okm.subarray(0, 32), 'AES-GCM', false, ['encrypt', 'decrypt'])
  return { key, iv: okm.subarray(32, 44) }
}

function field(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(Uint32Array.of(bytes.length).buffer).swap32(), bytes])
}
