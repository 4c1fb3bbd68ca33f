import type postgres from 'postgres'
import type { TimeLimits } from '../../time/time-limits.ts'
import { soundTarget } from '../url/settings.ts'
import type { PgClient } from './client.ts'
import { hostsClient } from './failover.ts'
import { postgresJsClient } from './postgres-js.ts'
import { renewingClient } from './renewing-client.ts'
import { asksStandby } from './standby.ts'
import { type PgHost, type PgTarget, readPgUrl } from './url/target.ts'
import { ownTypes } from './values.ts'

/** The longest pause of a connection between two attempts to reach the server. The driver's own grows to 20 seconds. */
const LONGEST_BACKOFF_S = 0.25

/**
 * Opens a URL that `recogniseDatabase` found right.
 *
 * Each host of several has a client of its own. postgres.js (3.4.9) accepts a list too, but it tries several hosts one
 * after the other without a pause for as long as none answers, does not end meanwhile, and takes a standby for
 * `read-write`, since PostgreSQL 14 reports by itself what it asks for.
 *
 * @param create - the driver's
 * @param max - connections with each host, unless the URL says how many
 */
export function openPgUrl(create: typeof postgres, url: string, max: number, timeLimits: TimeLimits): PgClient {
  const target = targetOf(url)
  const { hosts, settings } = target
  const single = hosts.length === 1 && !settings.wantsPrimary
  // A host that answers nothing has to leave time for the next one.
  const share = single ? timeLimits : { ...timeLimits, request: timeLimits.request / Math.min(hosts.length, 2) }
  const openHost = (host: PgHost) => (handling?: { onStuck(): void }) => {
    const options = {
      max,
      ...driverOptions(target, host, share.request / 1_000 / hosts.length),
      // Since PostgreSQL 14 a server says by itself whether it is one, so that asking costs nothing.
      target_session_attrs: 'primary',
    }
    return renewingClient((watch) => create({ ...options, ...watch } as object), share, handling)
  }
  const client = single
    ? openHost(hosts[0]!)()
    : hostsClient(
        hosts.map((host) => (onStuck) => openHost(host)({ onStuck })),
        timeLimits,
      )
  return Object.assign(client, { isStandby: () => areStandbys(create, target, timeLimits) })
}

/** Asks each host over a connection of its own that refuses no standby. */
async function areStandbys(create: typeof postgres, target: PgTarget, timeLimits: TimeLimits): Promise<boolean> {
  const answers = target.hosts.map(async (host) => {
    const sql = create({ ...driverOptions(target, host, timeLimits.request / 1_000), max: 1 } as object)
    return asksStandby(postgresJsClient(sql, timeLimits)).finally(() => sql.end({ timeout: 0 }))
  })
  const answered = (await Promise.allSettled(answers)).filter((one) => one.status === 'fulfilled')
  return answered.length > 0 && answered.every(({ value }) => value)
}

/** What a URL means that `recogniseDatabase` found right. */
export function targetOf(url: string): PgTarget {
  return soundTarget(readPgUrl(url))
}

/**
 * The options of postgres.js for one host. It would read those that are absent here from variables of the environment.
 *
 * @param connectTimeout - seconds at most
 */
export function driverOptions(
  { user, password, database, tls, settings }: PgTarget,
  host: PgHost,
  connectTimeout: number,
) {
  return {
    ...addressOf(host),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(database !== undefined && { database }),
    ...(settings.max !== undefined && { max: settings.max }),
    ssl: tlsWith(tls, host),
    sslnegotiation: settings.negotiation ?? null,
    prepare: settings.prepare,
    connect_timeout: Math.min(settings.connectTimeout ?? connectTimeout, connectTimeout),
    keep_alive: settings.keepAlive === undefined ? KEEP_ALIVE_S : settings.keepAlive,
    connection: settings.parameters,
    target_session_attrs: null,
    backoff,
    idle_timeout: null,
    max_pipeline: MAX_PIPELINE,
    debug: false,
    types: ownTypes,
    // Asking for types gains us nothing, and kills the process when the connection is lost meanwhile.
    fetch_types: false,
    // Its timer would keep the process from ending; the clients are renewed anyway.
    max_lifetime: null,
    onnotice: () => {},
  }
}

/** Those of the driver. */
const KEEP_ALIVE_S = 60
const MAX_PIPELINE = 100

// Requests wait during the pause, so it must end soon after the database is back.
const backoff = (retries: number) => (0.5 + Math.random() / 2) * Math.min(2 ** retries / 100, LONGEST_BACKOFF_S)

// The driver names no server where its host is an address, and the certificate would be compared with "localhost".
const tlsWith = (tls: PgTarget['tls'], { host }: PgHost) => (typeof tls === 'object' ? { ...tls, host } : tls)

function addressOf({ host, port }: PgHost): object {
  if (host === undefined) return { port }
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host: [host], port: [port] }
}
