import { env } from 'node:process'
import type { FastifySessionOptions } from '@fastify/session'
import type { FastifyRequest, Session } from 'fastify'
import {
  type CheckedDeviceBound,
  checkDeviceBound,
  type DeviceBoundOptions,
} from '../device-bound/device-bound-options.ts'
import type { MetadataOptions } from '../metadata/metadata-options.ts'
import type { UserId } from '../store/core/core.ts'
import type { Limits } from '../store/core/lifetime.ts'
import { atMost } from '../store/options/check-limits.ts'
import { isSecret, secretFault } from '../store/options/check-sealing-options.ts'
import { checkStoreOptions } from '../store/options/check-store-options.ts'
import { OptionChecks } from '../store/options/option-checks.ts'
import { type CheckedStoreOptions, type StoreOptions, storeOptionNames } from '../store/options/store-options.ts'
import { checkCookie, type FormerPlace, type SessionCookieOptions } from './cookie/cookie-options.ts'

/** What a request gets when its session cannot be read. */
export type OnUnavailable = NonNullable<StoredSessionOptions['onUnavailable']>

/**
 * The content of a session, as the application declares it once for `request.session`. Until it declares a property, any is
 * accepted, each as `unknown`.
 *
 * @example
 * ```ts
 * declare module 'fastify' {
 *   interface Session {
 *     userId?: string
 *   }
 * }
 * ```
 */
export type SessionData = keyof Session extends 'cookie' ? Record<string, unknown> : Omit<Session, 'cookie'>

/** The options of @fastify/session that the plugin passes on. */
type HostOptions = Pick<
  FastifySessionOptions,
  'algorithm' | 'cookie' | 'cookieName' | 'cookiePrefix' | 'idGenerator' | 'saveUninitialized'
>

/**
 * Options of the plugin: the options of the store, and options of @fastify/session under their own names.
 *
 * @example
 * ```ts
 * const options: StoredSessionOptions = {
 *   database: process.env.DATABASE_URL!,
 *   secret: process.env.SESSION_SECRET!,
 *   user: (session) => session.userId as string | undefined,
 *   cookie: { secure: true, sameSite: 'lax' },
 * }
 * await app.register(storedSession, options)
 * ```
 */
export interface StoredSessionOptions extends Omit<StoreOptions, 'user' | 'metadata'> {
  /**
   * Signs the cookie, and derives the payload keys unless `keys` is given: a string of 32 or more characters, or
   * several with the current one first.
   */
  secret: string | string[]
  /**
   * The user of a session: well-formed text of 1 to 255 characters without NUL, a whole number or a bigint; undefined or
   * null without a user. @defaultValue none: sessions have no user
   */
  user?: (session: SessionData) => UserId | null | undefined
  /** The name of the cookie. @defaultValue `'sessionId'` */
  cookieName?: string
  /** Text before the signed id in the value of the cookie. @defaultValue `''` */
  cookiePrefix?: string
  /** The hash algorithm that signs the cookie, by its name in Node. @defaultValue `'sha256'` */
  algorithm?: string
  /** Creates the ids of sessions: 1 to 512 visible ASCII characters. @defaultValue 24 random bytes in base64url */
  idGenerator?: NonNullable<FastifySessionOptions['idGenerator']>
  /** The flags of the cookie, as in @fastify/session, and its former places. @defaultValue the flags of @fastify/session */
  cookie?: SessionCookieOptions
  /** Also store sessions that are new and empty. @defaultValue false */
  saveUninitialized?: boolean
  /**
   * What a request gets when its session cannot be read: `'error'` answers 503; `'anonymous'` continues with an empty,
   * read-only session, sets `request.sessionUnavailable`, and does not change the cookie. @defaultValue `'error'`
   */
  onUnavailable?: 'error' | 'anonymous'
  /**
   * Keep who uses a session, from where and with what: `true` for the network and the user agent, or what to keep. It is
   * sealed, and written with saves and touches. @defaultValue false
   */
  metadata?: boolean | MetadataOptions<FastifyRequest>
  /**
   * Bind each session to a key in the device that signs in, in browsers that can (Device Bound Session Credentials), so
   * that a copied cookie opens nothing after a few minutes. @defaultValue false
   */
  deviceBound?: boolean | DeviceBoundOptions
}

/** The options as the plugin uses them. */
export interface CheckedOptions {
  readonly store: CheckedStoreOptions
  readonly onUnavailable: OnUnavailable
  /** Undefined when sessions are bound to no device. */
  readonly deviceBound: CheckedDeviceBound | undefined
  readonly host: HostOptions & {
    secret: string | string[]
    cookieName: string
    cookiePrefix: string
    former: readonly FormerPlace[]
  }
}

/** The names of the options that the plugin passes to @fastify/session. */
export const hostOptionNames = [
  'algorithm',
  'cookie',
  'cookieName',
  'cookiePrefix',
  'idGenerator',
  'saveUninitialized',
] as const

/** The names of the options that neither the store nor the host knows. */
export const ownOptionNames = ['onUnavailable', 'deviceBound'] as const

/** The names that Fastify itself reads from the options of a plugin. */
const fastifyOptionNames = ['prefix', 'logLevel', 'logSerializers'] as const

/** Options of @fastify/session that the plugin refuses, and why. */
const FOREIGN: Record<string, string> = {
  store:
    'is not an option: this plugin is the store; omit it, or, to use the store without the plugin, register @fastify/session yourself with a StoredSessionStore',
}

/**
 * Checks all options.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, naming every fault with its fix
 */
export function checkOptions(options: StoredSessionOptions): CheckedOptions {
  const checks = new OptionChecks()
  const { store, host, rest } = split(options ?? {})
  store.errorPaths ??= isDevelopment()
  for (const [name, fault] of Object.entries(FOREIGN)) {
    if (name in rest) checks.fault(name, fault)
    delete rest[name]
  }
  checks.names(rest, [...storeOptionNames, ...hostOptionNames, ...ownOptionNames])
  const onUnavailable = checkOnUnavailable(rest.onUnavailable, checks)
  const deviceBound = checkDeviceBound(rest.deviceBound, checks)
  const checkedStore = checkStoreOptions(store, checks, { given: options, bindsToDevices: deviceBound !== undefined })
  const checked = checkHost(host, checkedStore.limits, checks)
  if (options?.keys !== undefined && !isSecret(options.secret)) checks.fault('secret', secretFault(options.secret))
  checks.done()
  return {
    store: checkedStore,
    onUnavailable,
    deviceBound,
    host: { ...checked, secret: options.secret },
  }
}

function split(options: StoredSessionOptions) {
  const store: Record<string, unknown> = {}
  const host: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (fastifyOptionNames.includes(name as never)) continue
    const target = storeOptionNames.includes(name as never)
      ? store
      : hostOptionNames.includes(name as never)
        ? host
        : rest
    target[name] = value
  }
  return { store: store as unknown as StoreOptions, host: host as HostOptions, rest }
}

function checkOnUnavailable(onUnavailable: unknown = 'error', checks: OptionChecks): OnUnavailable {
  if (onUnavailable === 'error' || onUnavailable === 'anonymous') return onUnavailable
  checks.fault('onUnavailable', 'must be "error" or "anonymous"')
  return 'error'
}

function checkHost(host: HostOptions, { longestIdle }: Limits, checks: OptionChecks) {
  const cookieName = checks.text('cookieName', host.cookieName, 'sessionId')
  const cookiePrefix = checks.text('cookiePrefix', host.cookiePrefix, '')
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(cookieName))
    checks.fault('cookieName', 'has a character that no cookie name may have')
  if (cookieName in {}) checks.fault('cookieName', 'is a property of every object; choose another name')
  checks.text('algorithm', host.algorithm, 'sha256')
  checks.optionalFunction('idGenerator', host.idGenerator)
  const saveUninitialized = checks.boolean('saveUninitialized', host.saveUninitialized, false)
  // A copy, because the host writes its defaults into it.
  const { former = [], ...cookie } = checkCookie(host.cookie, cookieName, checks)
  if (typeof cookie.maxAge === 'number' && cookie.maxAge > longestIdle)
    checks.fault('cookie.maxAge', atMost(longestIdle))
  return { ...host, cookieName, cookiePrefix, saveUninitialized, cookie, former }
}

/** Whether NODE_ENV says that only developers see this process and its logs; any other value counts as production. */
const isDevelopment = () => env.NODE_ENV === 'development'
