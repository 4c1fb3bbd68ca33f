import type postgres from 'postgres'
import type { TimeLimits } from '../../time/time-limits.ts'
import { type HostList, hostList } from '../url/host-list.ts'
import type { PgClient } from './client.ts'
import { hostsClient } from './failover.ts'
import { renewingClient } from './renewing-client.ts'
import { wantsPrimary } from './url-settings.ts'

/** The longest pause of a connection between two attempts to reach the server. The driver's own grows to 20 seconds. */
const LONGEST_BACKOFF_S = 0.25

/**
 * Opens a URL that `recogniseDatabase` found right.
 *
 * Each host of several has a client of its own. postgres.js (3.4.9) takes a list too, but of several hosts it tries one
 * after the other without a pause for as long as none answers, does not end meanwhile, and takes a standby for
 * `read-write`, since PostgreSQL 14 tells of itself what it asks for.
 *
 * @param create - the driver's
 * @param max - connections with each host
 */
export function openPgUrl(create: typeof postgres, url: string, max: number, timeLimits: TimeLimits): PgClient {
  const { urls } = hostList(url) as HostList
  const options = {
    max,
    backoff,
    connect_timeout: timeLimits.request / 1_000,
    // Asking for types gains us nothing, and kills the process when the connection is lost meanwhile.
    fetch_types: false,
    // Its timer would keep the process from ending; the clients are renewed anyway.
    max_lifetime: null,
    onnotice: () => {},
  }
  if (urls.length === 1 && !wantsPrimary(url))
    return renewingClient((watch) => create(url, { ...options, ...watch } as object), timeLimits)
  // A host that answers nothing has to leave time for the next one.
  const share = { ...timeLimits, request: timeLimits.request / Math.min(urls.length, 2) }
  const onHost = { ...options, connect_timeout: share.request / 1_000 / urls.length, target_session_attrs: 'primary' }
  const openHost = (one: string) => (onStuck: () => void) =>
    renewingClient((watch) => create(one, { ...onHost, ...addressOf(one), ...watch } as object), share, { onStuck })
  return hostsClient(urls.map(openHost), timeLimits)
}

// Requests wait during the pause, so it must end soon after the database is back.
const backoff = (retries: number) => (0.5 + Math.random() / 2) * Math.min(2 ** retries / 100, LONGEST_BACKOFF_S)

/** Where the driver would look for an address of IPv6 that a URL names it does not find it. */
function addressOf(url: string): { host?: string[]; port?: number[] } {
  const { hostname, port } = new URL(url)
  if (!hostname.startsWith('[')) return {}
  return { host: [hostname.slice(1, -1)], port: [Number(port || 5432)] }
}
