import { BlockList } from 'node:net'
import { networkOf } from '../metadata/network.ts'

/** Networks without a place: private, local, multicast and reserved. */
const PRIVATE = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6')
}

/** The canonical form of a public address, or undefined. */
export function publicAddress(ip: string): string | undefined {
  const address = typeof ip === 'string' ? networkOf(ip, 'full') : undefined
  if (address === undefined) return undefined
  return PRIVATE.check(address, address.includes(':') ? 'ipv6' : 'ipv4') ? undefined : address
}
