import { addressBytes, addressText } from './address.ts'

/** How much of an address is kept: all of it, or its network. */
export type AddressDetail = 'full' | 'network'

/** The bytes of an address that name its network: a /24 of IPv4, and a /48 of IPv6, which is what one customer gets. */
export const networkLength = (addressLength: number) => (addressLength === 4 ? 3 : 6)

/**
 * An address in its canonical form, or its network: `203.0.113.0/24`, `2001:db8:1::/48`. IPv4 inside of IPv6 is IPv4;
 * ports and zones are removed.
 *
 * @returns undefined for text that is not an address
 */
export function networkOf(ip: string, detail: AddressDetail): string | undefined {
  const bytes = addressBytes(ip)
  if (!bytes) return undefined
  return detail === 'full' ? addressText(bytes) : networkText(bytes.subarray(0, networkLength(bytes.length)))
}

/** The text of a network of 3 bytes (IPv4) or 6 bytes (IPv6). */
export function networkText(bytes: Uint8Array): string {
  const whole = Buffer.alloc(bytes.length === 3 ? 4 : 16)
  whole.set(bytes)
  return `${addressText(whole)}/${bytes.length * 8}`
}
