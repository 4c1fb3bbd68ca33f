import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { type ConnectionOptions as Parsed, parse } from 'pg-connection-string'
import { hostList } from '../url/host-list.ts'
import { type Reading, readSettings } from '../url/settings.ts'
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
}

const PORT = 5_432

/** Reads a URL as libpq does: `postgres://user:password@first,second:5433/database?setting=value`. */
export function readPgUrl(url: string): Reading<PgTarget> {
  const list = hostList(url)
  if ('fault' in list) return list
  const settings: PgSettings = { parameters: {}, prepare: true, wantsPrimary: false }
  const faults = readSettings(new URL(list.urls[0]!).searchParams, PG_RULES, settings)
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

/** What may be wrong with a file, or with an encoding: its name is no secret, and its content may be. */
class TlsFault extends Error {}

function tlsOf({ mode, root, cert, key, passphrase, minVersion, negotiation }: PgSettings): PgTarget['tls'] {
  const isAsked = root !== undefined || cert !== undefined || negotiation === 'direct'
  const how = mode ?? (root ? 'verify-full' : isAsked ? 'require' : 'disable')
  if (how === 'disable') return false
  if (how === 'prefer' || how === 'allow') return 'prefer'
  const options: ConnectionOptions = {
    ...(root !== undefined && root !== 'system' && { ca: fileOf('sslrootcert', root) }),
    ...(cert !== undefined && { cert: fileOf('sslcert', cert) }),
    ...(key !== undefined && { key: fileOf('sslkey', key) }),
    ...(passphrase !== undefined && { passphrase }),
    ...(minVersion !== undefined && { minVersion }),
  }
  if (how === 'verify-full') return options
  if (how === 'verify-ca' && !root)
    throw new TlsFault(
      'has sslmode=verify-ca without sslrootcert, which anyone can satisfy; name the file of the certificates, or write sslmode=verify-full',
    )
  // As libpq does: who names the certificates wants them checked.
  const isChecked = how === 'verify-ca' || (how === 'require' && root !== undefined)
  return isChecked ? { ...options, checkServerIdentity: () => undefined } : { ...options, rejectUnauthorized: false }
}

function fileOf(setting: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new TlsFault(
      `names a file in ${setting} that cannot be read (${(error as NodeJS.ErrnoException).code}); correct the path`,
    )
  }
}

function faultOf(error: unknown): string {
  if (error instanceof TlsFault) return error.message
  if (error instanceof URIError)
    return 'has a percent sign that begins no encoded character; write %25 for the sign itself'
  return 'is not a valid postgres URL; percent-encode the password'
}
