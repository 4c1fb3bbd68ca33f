import type { ConnectionOptions } from 'node:tls'
import { type ConnectionOptions as Parsed, parse } from 'pg-connection-string'
import { faultOf } from '../../url/faults.ts'
import { hostList } from '../../url/host-list.ts'
import { type ExplainedSetting, explainedSettings, type Reading, readSettings } from '../../url/settings.ts'
import { tlsOf } from './tls.ts'
import { PG_RULES, type PgSettings } from './url-settings.ts'

/** Where a server listens. A host that begins with a slash is the folder of its Unix socket. */
export interface PgHost {
  /** Undefined for the driver's own, which is this machine. */
  readonly host: string | undefined
  readonly port: number
}

/** What a database URL means. What it does not say is undefined. */
export interface PgTarget {
  readonly hosts: readonly PgHost[]
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string | undefined
  /** False for none, and `'prefer'` for none where the server offers none. */
  readonly tls: false | 'prefer' | ConnectionOptions
  readonly settings: PgSettings
  readonly explained: readonly ExplainedSetting[]
}

const PORT = 5_432

/** Reads a URL as libpq does: `postgres://user:password@first,second:5433/database?setting=value`. */
export function readPgUrl(url: string): Reading<PgTarget> {
  const list = hostList(url)
  if ('fault' in list) return list
  const settings: PgSettings = { parameters: {}, prepare: true, wantsPrimary: false }
  const { searchParams } = new URL(list.urls[0]!)
  const faults = readSettings(searchParams, PG_RULES, settings)
  if (faults.length > 0) return { fault: faults.join('; ') }
  try {
    const places = list.urls.map((one) => parse(withoutTls(one)))
    const { user, password } = places[0]!
    const hosts = places.flatMap(hostsOf)
    return {
      target: {
        hosts,
        user: user || undefined,
        password: password || undefined,
        database: databaseOf(list.urls[0]!),
        tls: tlsOf(settings),
        settings,
        explained: explainedSettings(searchParams, PG_RULES, settings),
      },
    }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

// Its own reading of TLS warns on the console, and knows libpq's meaning only when it is told so.
function withoutTls(url: string): string {
  const plain = new URL(url)
  for (const name of [...plain.searchParams.keys()])
    if (/^ssl|^uselibpqcompat$/i.test(name)) plain.searchParams.delete(name)
  return plain.href
}

/** The host of a URL, or those of `?host=a,b&port=1,2`. */
function hostsOf({ host, port }: Parsed): PgHost[] {
  const ports = String(port ?? '').split(',')
  return (host ?? '').split(',').map((one, index) => ({
    host: one || undefined,
    port: Number(ports[index] || ports[0] || PORT),
  }))
}

function databaseOf(url: string): string | undefined {
  const { pathname, searchParams } = new URL(url)
  return searchParams.get('dbname') || decodeURIComponent(pathname.slice(1)) || undefined
}
