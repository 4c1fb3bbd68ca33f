import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { PoolOptions, SslOptions } from 'mysql2'
import { hostList } from '../url/host-list.ts'
import { type Reading, readSettings, soundTarget } from '../url/settings.ts'
import { MYSQL_RULES, type MysqlSettings } from './url-settings.ts'

/** What a database URL means. */
export interface MysqlTarget {
  /** For the driver, one for each host. */
  readonly places: readonly PoolOptions[]
  readonly settings: MysqlSettings
}

const PORT = 3_306

/** Reads `mysql://user:password@first,second:3307/database?setting=value`. */
export function readMysqlUrl(url: string): Reading<MysqlTarget> {
  const list = hostList(url)
  if ('fault' in list) return list
  const settings: MysqlSettings = { selector: 'ORDER' }
  const urls = list.urls.map((one) => new URL(one))
  const faults = readSettings(urls[0]!.searchParams, MYSQL_RULES, settings)
  if (faults.length > 0) return { fault: faults.join('; ') }
  try {
    const ssl = tlsOf(settings)
    const places = urls.map((one) => ({ ...placeOf(one, settings), ...(ssl && { ssl }) }))
    if (settings.mode === 'VERIFY_IDENTITY' && places.some(({ host }) => host !== undefined && isIP(host)))
      return {
        fault:
          'has an address as its host, whose certificate the driver cannot compare with it; name the host, or write ?ssl-mode=VERIFY_CA',
      }
    return { target: { places, settings } }
  } catch (error) {
    return {
      fault:
        error instanceof URIError
          ? 'has a percent sign that begins no encoded character; write %25 for the sign itself'
          : (error as Error).message,
    }
  }
}

/** What a URL means that `recogniseDatabase` found right. */
export function mysqlTargetOf(url: string): MysqlTarget {
  return soundTarget(readMysqlUrl(url))
}

function placeOf({ username, password, hostname, port, pathname }: URL, { socketPath }: MysqlSettings): PoolOptions {
  const host = decodeURIComponent(hostname).replace(/^\[(.+)\]$/, '$1')
  const socket = socketPath ?? (host.startsWith('/') ? host : undefined)
  return {
    ...(socket === undefined ? { host: host || 'localhost', port: Number(port || PORT) } : { socketPath: socket }),
    ...(username && { user: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 && { database: decodeURIComponent(pathname.slice(1)) }),
  }
}

function tlsOf({ mode, ca, cert, key }: MysqlSettings): SslOptions | undefined {
  // Who names files asks for TLS.
  const how = mode ?? (ca !== undefined ? 'VERIFY_CA' : cert !== undefined ? 'REQUIRED' : 'DISABLED')
  if (how === 'DISABLED') return undefined
  return {
    ...(ca !== undefined && { ca: fileOf('ssl-ca', ca) }),
    ...(cert !== undefined && { cert: fileOf('ssl-cert', cert) }),
    ...(key !== undefined && { key: fileOf('ssl-key', key) }),
    rejectUnauthorized: how !== 'REQUIRED',
    verifyIdentity: how === 'VERIFY_IDENTITY',
  }
}

function fileOf(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(
      `names a file in ${setting} that cannot be read (${(error as NodeJS.ErrnoException).code}); correct the path`,
    )
  }
}
