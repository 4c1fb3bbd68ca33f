import type { StoredSessionOptions } from '../../src/index.ts'
import { staticKeys } from '../../src/keys/static-keys.ts'

/** What changes the meaning of operations: options, and where a race begins. */
export interface Features {
  /** 2 gives each party an application of its own, as two processes have. */
  readonly processes: 1 | 2
  /** Whether the session that is raced for has a user. @defaultValue true */
  readonly isAnonymous?: true
  /** The session was rotated before; the first party holds the old id, within its overlap or after it. */
  readonly holds?: 'old' | 'outdated'
  readonly maxPerUser?: number
  readonly evict?: NonNullable<StoredSessionOptions['evict']>
  readonly bindToCookie?: true
  /** Every rotation is one by `rotateEvery`: the old id may change the session, and goes on when the new one is unused. */
  readonly isRenewal?: true
  /** Cookies have a lifetime, and the session was last used longer ago than `touchInterval`. */
  readonly hasLifetime?: true
  /** Sessions are over when they are {@link ABSOLUTE_MS} old. */
  readonly hasAbsoluteTimeout?: true
  /** It takes two keys of the session to make it a user's. */
  readonly needsTwoKeys?: true
  /** The session is sealed with a key that is no longer the current one. */
  readonly isRekeyed?: true
  /** Statements of a party that outlive `operationTimeout`. */
  readonly slow?: Slow
}

/** Which statements of a party are slow, and how. */
export interface Slow {
  readonly party: string
  /** The one that is held until its party has been answered, by its place in the order, from 0. */
  readonly at?: number
  /** Without one that is held: the first of those whose answers are late. @defaultValue 0 */
  readonly from?: number
  /** Whether what is held is the statement, or the news that it is done. */
  readonly isAnswer?: boolean
}

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000
export const OVERLAP_MS = 30_000
export const TOUCH_INTERVAL_MS = MINUTE_MS
export const COOKIE_MS = 60 * DAY_MS
export const IDLE_MS = 60 * DAY_MS
export const ABSOLUTE_MS = 30 * DAY_MS
const LONGEST_RACE_MS = 3_000 * DAY_MS
/** Rows may be trimmed so long after they are over: the grace of an hour, up to the next hour. */
export const TRIMMABLE_MS = 3 * 3_600_000
/** Real time, and far more than a statement takes that is not slow, also on a machine that is busy. */
export const SLOW_TIMEOUT_MS = 150
/** Real time that a slow statement takes: less than the timeout, and two of them more. */
export const SLOW_MS = 100

const keyOf = (id: number) => ({ id, key: Buffer.from(`${id}`.repeat(32).slice(0, 31).concat('x')) })
const [FORMER_KEY, KEY] = [keyOf(1), keyOf(2)]

/** Which keys an application has: those of before, of the time of the change, and of after it. */
export type KeyAge = 'former' | 'both' | 'current'

/** The options of an application that has these features. */
export function optionsOf(features: Features, age: KeyAge): Partial<StoredSessionOptions> {
  const { maxPerUser, evict, hasLifetime, isRekeyed, isRenewal, slow } = features
  const rings = { former: [FORMER_KEY], both: [KEY, FORMER_KEY], current: [KEY] }
  return {
    rotationOverlap: OVERLAP_MS,
    // No rotation begins by itself in a race, which could not tell whose it is.
    ...(isRenewal && { rotateEvery: LONGEST_RACE_MS }),
    touchInterval: TOUCH_INTERVAL_MS,
    idleTimeout: IDLE_MS,
    absoluteTimeout: features.hasAbsoluteTimeout ? ABSOLUTE_MS : false,
    // Whoever prepares a race, or looks afterwards, has patience.
    operationTimeout: slow && age === 'both' ? SLOW_TIMEOUT_MS : 60_000,
    bindToCookie: features.bindToCookie ?? false,
    user: userOf(features),
    cookie: { secure: false, ...(hasLifetime && { maxAge: COOKIE_MS }) },
    ...(maxPerUser && { maxPerUser, evict: evict! }),
    ...(isRekeyed && { keys: staticKeys(rings[age]) }),
  }
}

export function userOf({ needsTwoKeys }: Features) {
  return (session: Record<string, unknown>): string | undefined =>
    needsTwoKeys && !session.verified ? undefined : (session.userId as string | undefined)
}

const limits: Record<string, Partial<Features>> = {
  'one session, oldest': { maxPerUser: 1, evict: 'oldest' },
  'two sessions, oldest': { maxPerUser: 2, evict: 'oldest' },
  'two sessions, least recent': { maxPerUser: 2, evict: 'least-recent' },
  'one session, refuse': { maxPerUser: 1, evict: 'refuse' },
  'two sessions, refuse': { maxPerUser: 2, evict: 'refuse' },
}

const starts: Record<string, Partial<Features>> = {
  'signed in': {},
  anonymous: { isAnonymous: true },
  'anonymous, two keys': { isAnonymous: true, needsTwoKeys: true },
  'old id': { holds: 'old' },
  'outdated id': { holds: 'outdated' },
}

const settings: Record<string, Partial<Features>> = {
  plain: {},
  ...limits,
  'bound to cookies': { bindToCookie: true },
  renewals: { isRenewal: true },
  'renewals, bound to cookies': { isRenewal: true, bindToCookie: true },
  lifetime: { hasLifetime: true },
  'absolute timeout': { hasAbsoluteTimeout: true },
  rekeyed: { isRekeyed: true },
  'third statement late': { slow: { party: 'a', at: 2 } },
  'third answer late': { slow: { party: 'a', at: 2, isAnswer: true } },
  'fourth statement late': { slow: { party: 'a', at: 3 } },
  'fourth answer late': { slow: { party: 'a', at: 3, isAnswer: true } },
}

/** Every setting with every start, in one process and in two. */
export const allFeatures: Readonly<Record<string, Features>> = Object.fromEntries(
  Object.entries(settings).flatMap(([setting, options]) =>
    Object.entries(starts).flatMap(([start, begin]) =>
      ([1, 2] as const).map((processes) => [
        `${setting}, ${start}, ${processes} process(es)`,
        { ...options, ...begin, processes },
      ]),
    ),
  ),
)
