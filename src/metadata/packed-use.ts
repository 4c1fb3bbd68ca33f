import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { Packr } from 'msgpackr'
import { bytesOfNetwork, networkOfBytes } from './network.ts'
import type { CapturedUse, SessionLocation } from './session-metadata.ts'
import { DICTIONARY } from './user-agent-dictionary.ts'

/*
 * A use as bytes:
 *
 *   offset 0      1
 *          form   msgpack of [network, user agent, location, extra], without the nulls at its end;
 *          1 B    form 1: as it is; form 2: as raw DEFLATE (RFC 1951) with the dictionary of user agents
 *
 * A network has 3 bytes of IPv4 or 6 of IPv6, an address 4 or 16. A location is [country, region, city, latitude,
 * longitude], and extra is a list of names and texts in the order of the names.
 */
const PLAIN = 1
const DEFLATED = 2
const MOST_BYTES = 4_096

const msgpack = new Packr({ useRecords: false, encodeUndefinedAsNil: true })

/** The bytes of a use. Equal uses have equal bytes. */
export function packUse({ ip, userAgent, location, extra }: CapturedUse): Buffer {
  const fields = [
    ip === undefined ? null : bytesOfNetwork(ip),
    userAgent ?? null,
    location ? trimmed(PLACE.map((name) => location[name] ?? null)) : null,
    extra
      ? Object.entries(extra)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .flat()
      : null,
  ]
  const plain = msgpack.pack(trimmed(fields))
  const deflated = deflateRawSync(plain, { dictionary: DICTIONARY, level: 9 })
  return deflated.length < plain.length ? formed(DEFLATED, deflated) : formed(PLAIN, plain)
}

/**
 * The use in these bytes.
 *
 * @throws an error for bytes that {@link packUse} never returns
 */
export function unpackUse(bytes: Buffer): CapturedUse {
  const body = bytes.subarray(1)
  if (bytes[0] !== PLAIN && bytes[0] !== DEFLATED) throw new Error('a use has an unknown form')
  const limits = { dictionary: DICTIONARY, maxOutputLength: MOST_BYTES }
  const plain = bytes[0] === PLAIN ? body : inflateRawSync(body, limits)
  const [ip, userAgent, location, extra] = msgpack.unpack(plain) as [Buffer?, string?, Place?, string[]?]
  return {
    ...(ip && { ip: networkOfBytes(ip) }),
    ...(userAgent && { userAgent }),
    ...(location && { location: placeOf(location) }),
    ...(extra && { extra: pairsOf(extra) }),
  }
}

const PLACE = ['country', 'region', 'city', 'latitude', 'longitude'] as const
type Place = readonly (string | number | null)[]

function placeOf(fields: Place): SessionLocation {
  const named = PLACE.map((name, index) => [name, fields[index]] as const)
  return Object.fromEntries(named.filter(([, field]) => field !== null && field !== undefined))
}

function pairsOf(texts: readonly string[]): Record<string, string> {
  const names = texts.filter((_, index) => index % 2 === 0)
  return Object.fromEntries(names.map((name, index) => [name, texts[2 * index + 1]!]))
}

const trimmed = <Item>(list: readonly Item[]) => list.slice(0, list.findLastIndex((item) => item !== null) + 1)

function formed(form: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(body.length + 1)
  bytes[0] = form
  bytes.set(body, 1)
  return bytes
}
