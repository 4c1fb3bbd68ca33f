import type { CheckedMetadataOptions } from './metadata-options.ts'
import { networkOf } from './network.ts'
import type { CapturedUse } from './session-metadata.ts'
import { keptUserAgent } from './user-agent.ts'

/** What another store kept of the client of a session. */
export interface ForeignClient {
  /** The address of the client, also with a network behind it: `203.0.113.7/32`. */
  readonly ip?: string | undefined
  /** The header `user-agent` of the client. */
  readonly userAgent?: string | undefined
}

/** As much of it as the settings keep; undefined when that is nothing. */
export function foreignUse(
  settings: CheckedMetadataOptions | undefined,
  client: ForeignClient,
): CapturedUse | undefined {
  if (!settings) return undefined
  // Of a database that writes a network behind an address, such as the type inet of PostgreSQL.
  const address = client.ip?.replace(/\/\d+$/, '')
  const ip = settings.ip && address ? networkOf(address, settings.ip) : undefined
  const userAgent = settings.userAgent ? keptUserAgent(client.userAgent) : undefined
  return ip || userAgent ? { ...(ip && { ip }), ...(userAgent && { userAgent }) } : undefined
}
