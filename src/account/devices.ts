import { deviceName, locationName, type Picture, pictureOf } from '../pages/device-names.ts'
import type { StoredSession } from '../plugin/stored-session.ts'
import type { ListedSession } from '../store/management/listing.ts'
import type { Caller } from './caller.ts'
import type { Language } from './language.ts'

/** A session of the user, as JSON has it. */
export interface AccountSession {
  /** Names the session in `sign-out`; as a cookie it opens no session. */
  handle: string
  /** Whether the request itself has this session. */
  isThis: boolean
  /** ISO 8601. */
  signedInAt: string
  /** ISO 8601, at most `touchInterval` before the real last use. */
  lastUsedAt: string
  /** A name such as "Firefox on Windows", in the language of the request. */
  device: string
  /** A name such as "Berlin, Germany"; null where it is not known. */
  location: string | null
  /** An address or a network, such as `203.0.113.0/24`; null where it is not kept. */
  ip: string | null
}

/** A session of the user, as the page shows it. */
export interface Device extends AccountSession {
  readonly picture: Picture
}

/** The devices of a user, and whether there are more. */
export interface Devices {
  readonly devices: Device[]
  readonly hasMore: boolean
}

/** Sessions that are read, and sessions that are shown: the latest used. */
const MOST_READ = 1_000
export const MOST_SHOWN = 100

/** The live sessions of the caller's user: the caller's own first, then by their last use. */
export async function devicesOf(sessions: StoredSession, caller: Caller, language: Language): Promise<Devices> {
  const page = await sessions.list({ user: caller.user, state: 'live', limit: MOST_READ })
  const rank = (session: ListedSession) =>
    session.handle === caller.handle ? Number.POSITIVE_INFINITY : session.touchedAt.getTime()
  const sorted = page.sessions.sort((one, other) => (rank(other) > rank(one) ? 1 : -1))
  const shown = sorted.slice(0, MOST_SHOWN)
  return {
    devices: shown.map((session) => deviceOf(session, session.handle === caller.handle, language)),
    hasMore: page.next !== undefined || sorted.length > shown.length,
  }
}

function deviceOf(session: ListedSession, isThis: boolean, { tag, texts }: Language): Device {
  const last = session.metadata?.last
  return {
    handle: session.handle,
    isThis,
    signedInAt: session.createdAt.toISOString(),
    lastUsedAt: session.touchedAt.toISOString(),
    device: deviceName(last?.device, texts),
    location: locationName(last?.location, tag) ?? null,
    ip: last?.ip ?? null,
    picture: pictureOf(last),
  }
}
