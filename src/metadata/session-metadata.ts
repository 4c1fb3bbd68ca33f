/** One use of a session: when, from where and with what. Everything but the time is optional. */
export interface SessionUse {
  /** When it was used. */
  at: Date
  /** An address such as `203.0.113.7`, or its network: `203.0.113.0/24`, `2001:db8:1::/48`. */
  ip?: string
  /** The header, at most 512 bytes, without control characters. */
  userAgent?: string
  /** What the user agent says about itself; parsed on demand and never stored. */
  device?: SessionDevice
  /** Where the address is, by the option `metadata.location`. */
  location?: SessionLocation
  /** What the option `metadata.extra` returned, at most 1024 bytes. */
  extra?: Record<string, string>
}

/** The first and the last use of a session. */
export interface SessionMetadata {
  /** The use that stored the session first. */
  first: SessionUse
  /** The last use, at most `touchInterval` before the real one. */
  last: SessionUse
}

/** What a user agent says about itself. Anyone can send any header, so this is a hint and no proof. */
export interface SessionDevice {
  /** A name without a version: `Firefox`, `Chrome`, `Safari`, `Edge`. */
  browser?: string
  /** A name without a version: `Windows`, `macOS`, `iOS`, `iPadOS`, `Android`, `Linux`, `ChromeOS`. */
  os?: string
  /** Televisions and consoles are `unknown`. */
  kind: 'desktop' | 'phone' | 'tablet' | 'bot' | 'unknown'
}

/** Where an address is, as far as it is known. */
export interface SessionLocation {
  /** Two capital letters, as in ISO 3166-1: `DE`. */
  country?: string
  /** The name of the region. */
  region?: string
  /** The name of the city. */
  city?: string
  /** Degrees, from -90 to 90. */
  latitude?: number
  /** Degrees, from -180 to 180. */
  longitude?: number
}

/** What is captured in a request and stored: a use without its time and without what can be derived. */
export interface CapturedUse {
  ip?: string
  userAgent?: string
  location?: SessionLocation
  extra?: Record<string, string>
}
