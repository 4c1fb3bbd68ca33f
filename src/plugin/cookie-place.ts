import type { StoredSessionStore } from '../store/stored-session-store.ts'

/** Where a cookie holds the signed id of a session. */
export interface CookiePlace {
  readonly cookieName: string
  /** What stands in front of the value. */
  readonly cookiePrefix: string
}

const places = new WeakMap<StoredSessionStore, CookiePlace>()

/** Notes how an application names its sessions, which the host tells nobody. */
export function noteCookiePlace(store: StoredSessionStore, place: CookiePlace): void {
  places.set(store, place)
}

/** How the application of this store names its sessions; undefined for a store that no plugin registered. */
export function cookiePlaceOf(store: StoredSessionStore): CookiePlace | undefined {
  return places.get(store)
}
