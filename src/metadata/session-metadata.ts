/** The kind of device that a user agent names. */
export type DeviceKind = 'desktop' | 'phone' | 'tablet' | 'bot' | 'unknown'

/** What a user agent says of itself. It is what the client claims, and no proof. */
export interface SessionDevice {
  /** Such as `Firefox`, without a version. */
  browser?: string
  /** Such as `Windows` or `Android`, without a version. */
  os?: string
  kind: DeviceKind
}

/** A place, as far as it is known. */
export interface SessionLocation {
  /** Two letters, ISO 3166-1. */
  country?: string
  region?: string
  city?: string
  /** Degrees. */
  latitude?: number
  longitude?: number
}

/** What a request shows of its client, as it is stored. */
export interface CapturedUse {
  /** An address, or a network with the length of its prefix, such as `203.0.113.0/24`. */
  readonly ip?: string
  /** At most 512 bytes, without control characters. */
  readonly userAgent?: string
  readonly location?: SessionLocation
  readonly extra?: Readonly<Record<string, string>>
}

/** One use of a session: when, from where and with what. */
export interface SessionUse extends CapturedUse {
  readonly at: Date
  /** What the user agent says, parsed when it is read. */
  readonly device?: SessionDevice
}

/** The first use of a session, when it was stored, and the last one that was stored. */
export interface SessionMetadata {
  readonly first: SessionUse
  readonly last: SessionUse
}
