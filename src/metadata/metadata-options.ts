import type { AddressDetail } from './network.ts'
import type { SessionLocation } from './session-metadata.ts'

/** What is captured of a request; requests of Fastify have it. */
export interface CapturedRequest {
  /** The address of the client. */
  ip: string
  /** The headers, with names in lower case. */
  headers: Record<string, string | string[] | undefined>
}

/**
 * Where an address is: a function of the request and the address. It receives the full address, even when only the
 * network is kept.
 *
 * @typeParam Request - the type of requests
 */
export type LocationOf<Request extends CapturedRequest = CapturedRequest> = (
  request: Request,
  ip: string,
) => SessionLocation | undefined | Promise<SessionLocation | undefined>

/**
 * What the option `metadata` accepts as an object.
 *
 * @typeParam Request - the type of requests: `FastifyRequest` with the plugin
 * @example
 * ```ts
 * const metadata: MetadataOptions = {
 *   ip: 'network',
 *   extra: ({ headers }) => ({ app: String(headers['x-app-version'] ?? 'web') }),
 * }
 * await app.register(storedSession, { database, secret, metadata })
 * ```
 */
export interface MetadataOptions<Request extends CapturedRequest = CapturedRequest> {
  /**
   * How much of `request.ip` is kept: `'full'`, `'network'` (a /24 of IPv4, a /48 of IPv6) or `false`.
   * @defaultValue `'network'`
   */
  ip?: AddressDetail | false
  /** Whether to keep the header `user-agent`, at most 512 bytes. @defaultValue true */
  userAgent?: boolean
  /** Where the request comes from. It has 50 ms; later results and failures are ignored. @defaultValue none */
  location?: LocationOf<Request>
  /** More to keep, synchronously: names and values together at most 1024 bytes. @defaultValue none */
  extra?: (request: Request) => Record<string, string> | undefined
}

/** The options with their defaults. */
export type CheckedMetadataOptions = Required<Pick<MetadataOptions, 'ip' | 'userAgent'>> &
  Pick<MetadataOptions, 'location' | 'extra'>

/** What collects the faults of options; each text follows the name of its option. */
export interface MetadataChecks {
  fault(name: string, text: string): void
  names(options: object, known: readonly string[], prefix?: string): void
  boolean(name: string, value: unknown, otherwise: boolean): boolean
  optionalFunction(name: string, value: unknown): void
}

const NAMES = ['ip', 'userAgent', 'location', 'extra']

/**
 * The option `metadata`: `true` keeps the network and the user agent.
 *
 * @param checks - receives every fault
 * @returns undefined when the option is `false` or omitted
 */
export function checkedMetadataOptions(value: unknown, checks: MetadataChecks): CheckedMetadataOptions | undefined {
  if (value === undefined || value === false) return undefined
  if (value === true) return { ip: 'network', userAgent: true }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    checks.fault('metadata', 'must be true, false or an object with ip, userAgent, location or extra')
    return undefined
  }
  const options = value as MetadataOptions
  checks.names(options, NAMES, 'metadata.')
  const userAgent = checks.boolean('metadata.userAgent', options.userAgent, true)
  checks.optionalFunction('metadata.location', options.location)
  checks.optionalFunction('metadata.extra', options.extra)
  return {
    ip: checkedIp(options.ip, checks),
    userAgent,
    ...(options.location && { location: options.location }),
    ...(options.extra && { extra: options.extra }),
  }
}

function checkedIp(value: unknown, checks: MetadataChecks): AddressDetail | false {
  if (value === undefined) return 'network'
  if (value === 'full' || value === 'network' || value === false) return value
  checks.fault('metadata.ip', 'must be "full", "network" or false')
  return 'network'
}
