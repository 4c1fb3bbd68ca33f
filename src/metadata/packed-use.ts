import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { addressBytes, addressText } from './address.ts'
import { FieldReader, FieldWriter } from './field-bytes.ts'
import { networkText } from './network.ts'
import type { CapturedUse, SessionLocation } from './session-metadata.ts'
import { USER_AGENT_PARTS } from './user-agent-parts.ts'

/** A use is at most about 2.5 KB: 512 bytes of user agent, 1 KB of extra, and the location. */
const LONGEST = 4096

/** The window reaches across the dictionary and the text; less memory is faster to prepare. */
const WINDOW = { dictionary: USER_AGENT_PARTS, windowBits: 12, chunkSize: 1024 }
const COMPRESSION = { ...WINDOW, level: 6, memLevel: 1 }

/** The first byte: whether the rest is compressed, the kind of the address, and which fields follow. */
const COMPRESSED = 1
const IP_SHIFT = 1
const IP_MASK = 7
const USER_AGENT = 16
const LOCATION = 32
const EXTRA = 64
const UNUSED = 128

/** Kinds of addresses, by their bytes; 0 is none. */
const IP_LENGTHS: Record<number, number> = { 1: 4, 2: 16, 3: 3, 4: 6 }
const IP_TEXT = 5

const PLACES = ['country', 'region', 'city'] as const
const DEGREES = ['latitude', 'longitude'] as const

/**
 * The bytes of a use, equal for equal uses in one version of Node: a first byte, the bytes of the address, and the other fields, compressed with a
 * dictionary when that is shorter.
 *
 * @throws Error when the use takes more than 4 KB
 */
export function packUse(use: CapturedUse): Buffer {
  const ip = packedIp(use.ip)
  const fields = packedFields(use, ip.kind === IP_TEXT ? use.ip : undefined)
  if (fields.length > LONGEST) throw new Error(`The metadata takes ${fields.length} bytes, more than ${LONGEST}`)
  const short = fields.length > 0 ? deflateRawSync(fields, COMPRESSION) : fields
  const isShorter = short.length < fields.length
  const flags =
    (isShorter ? COMPRESSED : 0) |
    (ip.kind << IP_SHIFT) |
    (use.userAgent === undefined ? 0 : USER_AGENT) |
    (use.location === undefined ? 0 : LOCATION) |
    (use.extra === undefined ? 0 : EXTRA)
  return Buffer.concat([Buffer.of(flags), ip.bytes, isShorter ? short : fields])
}

/** @throws Error for bytes that `packUse()` did not write */
export function unpackUse(bytes: Buffer): CapturedUse {
  const flags = bytes[0]
  if (flags === undefined || (flags & UNUSED) !== 0) throw malformed()
  const kind = (flags >> IP_SHIFT) & IP_MASK
  const ipLength = IP_LENGTHS[kind] ?? 0
  if (kind > IP_TEXT || bytes.length < 1 + ipLength) throw malformed()
  const rest = bytes.subarray(1 + ipLength)
  const fields = new FieldReader((flags & COMPRESSED) === 0 ? rest : inflated(rest))
  const ip = kind === IP_TEXT ? fields.text() : ipText(bytes.subarray(1, 1 + ipLength))
  const location = (flags & LOCATION) === 0 ? undefined : readLocation(fields)
  const extra = (flags & EXTRA) === 0 ? undefined : readExtra(fields)
  // Last, so that its length need not be stored.
  const userAgent = (flags & USER_AGENT) === 0 ? undefined : fields.rest()
  fields.end()
  return {
    ...(ip !== undefined && { ip }),
    ...(userAgent !== undefined && { userAgent }),
    ...(location && { location }),
    ...(extra && { extra }),
  }
}

const malformed = () => new Error('The packed metadata is malformed')

function inflated(bytes: Buffer): Buffer {
  const options = { ...WINDOW, maxOutputLength: LONGEST, info: true }
  const { buffer, engine } = inflateRawSync(bytes, options) as unknown as {
    buffer: Buffer
    engine: { bytesWritten: number }
  }
  // zlib ignores what follows the end of the stream.
  if (engine.bytesWritten !== bytes.length) throw malformed()
  return buffer
}

/** Only text that is restored exactly is packed as bytes. */
function packedIp(ip: string | undefined): { kind: number; bytes: Buffer } {
  if (ip === undefined) return { kind: 0, bytes: Buffer.alloc(0) }
  const address = addressBytes(ip.split('/', 1)[0]!)
  if (address) {
    const network = address.subarray(0, address.length === 4 ? 3 : 6)
    const [full, cut] = address.length === 4 ? [1, 3] : [2, 4]
    if (addressText(address) === ip) return { kind: full, bytes: address }
    if (networkText(network) === ip) return { kind: cut, bytes: network }
  }
  return { kind: IP_TEXT, bytes: Buffer.alloc(0) }
}

function ipText(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return undefined
  return bytes.length === 4 || bytes.length === 16 ? addressText(bytes) : networkText(bytes)
}

function packedFields({ location, extra, userAgent }: CapturedUse, ip: string | undefined): Buffer {
  const fields = new FieldWriter()
  if (ip !== undefined) fields.text(ip)
  if (location) writeLocation(fields, location)
  if (extra) {
    const entries = Object.entries(extra).sort(([one], [other]) => (one < other ? -1 : 1))
    fields.count(entries.length)
    for (const entry of entries) for (const text of entry) fields.text(text)
  }
  if (userAgent !== undefined) fields.rest(userAgent)
  return fields.bytes()
}

function writeLocation(fields: FieldWriter, location: SessionLocation): void {
  const names = [...PLACES, ...DEGREES]
  fields.count(names.reduce((mask, name, bit) => mask | (location[name] === undefined ? 0 : 1 << bit), 0))
  for (const name of PLACES) if (location[name] !== undefined) fields.text(location[name])
  for (const name of DEGREES) if (location[name] !== undefined) fields.number(location[name])
}

function readLocation(fields: FieldReader): SessionLocation {
  const location: SessionLocation = {}
  const mask = fields.count()
  for (const [bit, name] of PLACES.entries()) if (mask & (1 << bit)) location[name] = fields.text()
  for (const [bit, name] of DEGREES.entries()) if (mask & (8 << bit)) location[name] = fields.number()
  return location
}

/** With `fromEntries()`, because a name may be `__proto__`. */
function readExtra(fields: FieldReader): Record<string, string> {
  return Object.fromEntries(Array.from({ length: fields.count() }, () => [fields.text(), fields.text()]))
}
