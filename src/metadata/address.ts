import { isIPv4, isIPv6 } from 'node:net'

/** An IPv6 address in brackets, with or without a port. */
const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/
/** An IPv4 address with a port. */
const WITH_PORT = /^([\d.]+):\d{1,5}$/
/** The longest address is 45 characters; a zone and a port follow it. */
const LONGEST = 100

/**
 * The bytes of an address: 4, or 16 for IPv6. An IPv4 address inside of IPv6 (`::ffff:192.0.2.1`) has 4. Ports and zones
 * are removed.
 *
 * @returns undefined for text that is not an address
 */
export function addressBytes(text: string): Buffer | undefined {
  if (text.length > LONGEST) return undefined
  const bare = BRACKETED.exec(text)?.[1] ?? WITH_PORT.exec(text)?.[1] ?? text
  if (isIPv4(bare)) return text.startsWith('[') ? undefined : ipv4Bytes(bare)
  return isIPv6(bare) ? unmapped(ipv6Bytes(bare.split('%', 1)[0]!)) : undefined
}

const ipv4Bytes = (text: string) => Buffer.from(text.split('.').map(Number))

function ipv6Bytes(text: string): Buffer {
  const [head = '', tail] = text.split('::')
  const before = groupBytes(head)
  const after = tail === undefined ? [] : groupBytes(tail)
  return Buffer.from([...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after])
}

const groupBytes = (text: string): number[] => (text === '' ? [] : text.split(':').flatMap(bytesOfGroup))

function bytesOfGroup(group: string): number[] {
  if (group.includes('.')) return [...ipv4Bytes(group)]
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 0xff]
}

/** The IPv4 address inside of `::ffff:0:0/96`. */
function unmapped(bytes: Buffer): Buffer {
  const isMapped = bytes.readUInt16BE(10) === 0xffff && bytes.subarray(0, 10).every((byte) => byte === 0)
  return isMapped ? bytes.subarray(12) : bytes
}

/** The text of 4 or 16 bytes, in the canonical form of RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (bytes[2 * index]! << 8) | bytes[2 * index + 1]!)
  const { start, length } = longestZeros(groups)
  const hex = (from: number, to?: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  // One group of zeros alone is not shortened.
  return length < 2 ? hex(0) : `${hex(0, start)}::${hex(start + length)}`
}

/** The longest run of zeros, and of equal ones the first. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 }
  let start = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start }
  }
  return longest
}
