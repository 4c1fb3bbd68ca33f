import { webcrypto } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'

/*
 * Sealing and opening written a second time, from the layout comment in src/payload/sealed-payload.ts and on another
 * interface to the ciphers: what both agree on is the format, and not a slip of either.
 */
const { subtle } = webcrypto

export interface ReferenceContext {
  namespace: string
  sid: Uint8Array
  createdAt: number
  /** Where the payload is bound to it. */
  sessionId?: string
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
  const plaintext = Buffer.from(await subtle.decrypt(algorithm, key, sealed.subarray(21)))
  return header[0] === 2 ? inflateRawSync(plaintext) : plaintext
}

/** Opens the details of an event. */
export async function referenceOpenEvent(
  masterKey: Uint8Array,
  event: ReferenceEvent,
  sealed: Uint8Array,
): Promise<Buffer> {
  const header = Buffer.from(sealed.subarray(0, 21))
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(event.at))
  const { key, iv } = await keysOf(masterKey, [
    Buffer.from('stored-session/event', 'ascii'),
    header.subarray(0, 1),
    header.subarray(1, 5),
    header.subarray(5, 21),
    Buffer.from(event.namespace, 'utf8'),
    event.sid,
    time,
    event.id,
    Buffer.from(event.kind, 'ascii'),
    ...(event.userId === null ? [] : [Buffer.from(event.userId, 'utf8')]),
  ])
  const algorithm = { name: 'AES-GCM', iv, additionalData: header, tagLength: 128 }
  return Buffer.from(await subtle.decrypt(algorithm, key, sealed.subarray(21)))
}

export interface ReferenceEvent {
  namespace: string
  sid: Uint8Array
  id: Uint8Array
  kind: string
  userId: string | null
  at: number
}

async function keysOf(masterKey: Uint8Array, fields: readonly Uint8Array[]) {
  const message = Buffer.concat(fields.map(field))
  const hmac = await subtle.importKey('raw', masterKey, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign'])
  const okm = Buffer.from(await subtle.sign('HMAC', hmac, message))
  const key = await subtle.importKey('raw', okm.subarray(0, 32), 'AES-GCM', false, ['encrypt', 'decrypt'])
  return { key, iv: okm.subarray(32, 44) }
}

async function derive(masterKey: Uint8Array, header: Buffer, context: ReferenceContext) {
  const { namespace, sid, createdAt, sessionId } = context
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
    sessionId === undefined ? Buffer.alloc(0) : field(await shareOf(sessionId)),
  ])
  const hmac = await subtle.importKey('raw', masterKey, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign'])
  const okm = Buffer.from(await subtle.sign('HMAC', hmac, message))
  const key = await subtle.importKey('raw', okm.subarray(0, 32), 'AES-GCM', false, ['encrypt', 'decrypt'])
  return { key, iv: okm.subarray(32, 44) }
}

async function shareOf(sessionId: string): Promise<Buffer> {
  return Buffer.from(await subtle.digest('SHA-256', Buffer.from(`stored-session/share\0${sessionId}`)))
}

function field(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(Uint32Array.of(bytes.length).buffer).swap32(), bytes])
}
