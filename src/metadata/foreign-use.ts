import type { MetadataSettings } from './metadata-options.ts'
import { networkOf } from './network.ts'
import type { CapturedUse } from './session-metadata.ts'
import { userAgentOf } from './user-agent.ts'

/** What another store kept of the client of a session. */
export interface ForeignClient {
  readonly ip?: string | undefined
  readonly userAgent?: string | undefined
}

/** As much of it as the settings keep; undefined when that is nothing. */
export function foreignUse(settings: MetadataSettings | false, client: ForeignClient): CapturedUse | undefined {
  if (!settings) return undefined
  // Of a database that writes a network behind an address, such as the type inet of PostgreSQL.
  const ip = settings.ip && networkOf(client.ip?.replace(/\/\d+$/, ''), settings.ip)
  const userAgent = settings.userAgent ? userAgentOf(client.userAgent) : undefined
  return ip || userAgent ? { ...(ip && { ip }), ...(userAgent && { userAgent }) } : undefined
}
