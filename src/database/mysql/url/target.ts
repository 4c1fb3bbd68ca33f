import { isIP } from 'node:net'
import type { PoolOptions } from 'mysql2'
import { faultOf } from '../../url/faults.ts'
import { hostList } from '../../url/host-list.ts'
import {
  type ExplainedSetting,
  explainedSettings,
  type Reading,
  readSettings,
  soundTarget,
} from '../../url/settings.ts'
import { tlsOf } from './tls.ts'
import { MYSQL_RULES, type MysqlSettings } from './url-settings.ts'

/** What a database URL means. */
export interface MysqlTarget {
  /** For the driver, one for each host. */
  readonly places: readonly PoolOptions[]
  readonly settings: MysqlSettings
  readonly explained: readonly ExplainedSetting[]
}

const PORT = 3_306

/** Reads `mysql://user:password@first,second:3307/database?setting=value`. */
export function readMysqlUrl(url: string): Reading<MysqlTarget> {
  const list = hostList(url)
  if ('fault' in list) return list
  const settings: MysqlSettings = { selector: 'ORDER' }
  const urls = list.urls.map((one) => new URL(one))
  const { searchParams } = urls[0]!
  const faults = readSettings(searchParams, MYSQL_RULES, settings)
  if (faults.length > 0) return { fault: faults.join('; ') }
  try {
    const ssl = tlsOf(settings)
    const places = urls.map((one) => ({ ...placeOf(one, settings), ...(ssl && { ssl }) }))
    if (settings.mode === 'VERIFY_IDENTITY' && places.some(({ host }) => host !== undefined && isIP(host)))
      return {
        fault:
          'has an address as its host, whose certificate the driver cannot compare with it; name the host, or write ?ssl-mode=VERIFY_CA',
      }
    return { target: { places, settings, explained: explainedSettings(searchParams, MYSQL_RULES, settings) } }
  } catch (error) {
    return { fault: faultOf(error) }
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
