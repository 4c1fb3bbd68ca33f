import type { IpPrecision } from './network.ts'
import type { SessionLocation } from './session-metadata.ts'

/** What is needed of a request. */
export interface ClientRequest {
  readonly ip: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What is kept of the client of a request. */
export interface MetadataOptions<Request = ClientRequest> {
  /** The address, its network (/24 of IPv4, /48 of IPv6), or nothing. From `request.ip`. @defaultValue `'network'` */
  ip?: IpPrecision | false
  /** Keep the user agent, at most 512 bytes. @defaultValue true */
  userAgent?: boolean
  /**
   * The place of a request, for example by `maxmindLocation` or `headerLocation` of `stored-session/location`. It has 50
   * ms; a failure is the event `metadataFailure`, and never fails the request. @defaultValue none
   */
  location?: LocationSource<Request>
  /** More about a request: texts of at most 1 KB in all. @defaultValue none */
  extra?: (request: Request) => Record<string, string> | undefined
}

/**
 * Tells the place of a request.
 *
 * @param ip - the whole address, from `request.ip`
 */
export type LocationSource<Request = ClientRequest> = (
  request: Request,
  ip: string,
) => SessionLocation | undefined | Promise<SessionLocation | undefined>

/** The options, checked and complete. */
export interface MetadataSettings {
  readonly ip: IpPrecision | false
  readonly userAgent: boolean
  readonly location: LocationSource | undefined
  readonly extra: MetadataOptions['extra']
}

/** Collects the faults of options. */
interface Checks {
  names(options: object, names: readonly string[], prefix?: string): void
  fault(name: string, fault: string): void
  boolean(name: string, value: unknown, otherwise: boolean): boolean
  optionalFunction(name: string, value: unknown): void
}

const NAMES = ['ip', 'userAgent', 'location', 'extra']

/** Checks the option `metadata`; false when nothing is kept. */
export function checkMetadata(metadata: unknown, checks: Checks): MetadataSettings | false {
  if (metadata === undefined || metadata === false) return false
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  if (metadata !== true && !isObject) {
    checks.fault('metadata', 'must be true, false, or an object such as { ip: "network", userAgent: true }')
    return false
  }
  const { ip = 'network', userAgent, location, extra }: MetadataOptions = isObject ? metadata : {}
  if (isObject) checks.names(metadata, NAMES, 'metadata.')
  if (ip !== 'full' && ip !== 'network' && ip !== false)
    checks.fault('metadata.ip', 'must be "network", "full" or false')
  checks.optionalFunction('metadata.location', location)
  checks.optionalFunction('metadata.extra', extra)
  return { ip, userAgent: checks.boolean('metadata.userAgent', userAgent, true), location, extra }
}
