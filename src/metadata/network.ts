import { isIP } from 'node:net'

/** How much of an address is kept. */
export type IpPrecision = 'full' | 'network'

const GROUPS = 8
const MAPPED = [0, 0, 0, 0, 0, 0xffff]

/**
 * The address of a client, or its network: /24 of IPv4 and /48 of IPv6. An IPv4 address in IPv6 counts as IPv4. Zones
 * and ports are removed.
 *
 * @returns undefined for text that is no address
 */
export function networkOf(text: unknown, precision: IpPrecision): string | undefined {
  const address = typeof text === 'string' ? addressIn(text) : undefined
  if (!address) return undefined
  if (isIP(address) === 4) return ofIpv4(address, precision)
  const groups = groupsOf(address)
  if (MAPPED.every((group, index) => groups[index] === group)) {
    const [high, low] = groups.slice(-2) as [number, number]
    return ofIpv4([high >> 8, high & 255, low >> 8, low & 255].join('.'), precision)
  }
  if (precision === 'full') return shortened(groups)
  return `${shortened([...groups.slice(0, 3), 0, 0, 0, 0, 0])}/48`
}

/** The address in a text that may have a port or a zone. */
function addressIn(text: string): string | undefined {
  const [, inBrackets] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? []
  const [, beforePort] = /^([\d.]+):\d+$/.exec(text) ?? []
  const address = (inBrackets ?? beforePort ?? text).replace(/%.*$/s, '')
  return isIP(address) ? address : undefined
}

function ofIpv4(address: string, precision: IpPrecision): string {
  return precision === 'full' ? address : `${address.split('.').slice(0, 3).join('.')}.0/24`
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  const inHex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a, b, c, d] = bytes.map(Number) as [number, number, number, number]
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })
  const [head = [], tail] = inHex.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = tail ? Array<string>(GROUPS - head.length - tail.length).fill('0') : []
  return [...head, ...zeros, ...(tail ?? [])].map((group) => Number.parseInt(group, 16))
}

/** The canonical text of an address: the longest run of zeros is left out, the first of equals. @see RFC 5952 */
function shortened(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':')
  const runs = [...text.matchAll(/(?<![^:])0(?::0)+(?![^:])/g)]
  const longest = runs.reduce<RegExpExecArray | undefined>(
    (best, run) => (run[0].length > (best?.[0].length ?? 0) ? run : best),
    undefined,
  )
  if (!longest) return text
  const [before, after] = [text.slice(0, longest.index), text.slice(longest.index + longest[0].length)]
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`
}

/** An address or a network in few bytes: 3 or 6 of a network, 4 or 16 of an address. */
export function bytesOfNetwork(ip: string): Buffer {
  const [address, prefix] = ip.split('/') as [string, string?]
  const bytes = isIP(address) === 4 ? Buffer.from(address.split('.').map(Number)) : bytesOfGroups(groupsOf(address))
  return prefix === undefined ? bytes : bytes.subarray(0, Number(prefix) / 8)
}

/** @throws an error for a number of bytes that no address and no network has */
export function networkOfBytes(bytes: Uint8Array): string {
  if (bytes.length === 3) return `${bytes.join('.')}.0/24`
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 6 && bytes.length !== 16) throw new Error('a network has a wrong number of bytes')
  const all = Buffer.alloc(16)
  all.set(bytes)
  const address = shortened(Array.from({ length: GROUPS }, (_, index) => all.readUInt16BE(2 * index)))
  return bytes.length === 6 ? `${address}/48` : address
}

function bytesOfGroups(groups: readonly number[]): Buffer {
  const bytes = Buffer.alloc(16)
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(group, 2 * index)
  return bytes
}
