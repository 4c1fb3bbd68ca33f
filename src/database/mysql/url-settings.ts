/** What a URL says that is ours and not the driver's. */
export interface UrlSettings {
  /** The URL without it. */
  readonly uri: string
  /** The value of `wsrep_sync_wait` for our connections; undefined leaves the server's own. */
  readonly syncWait: number | undefined
  /** Which of several hosts a statement goes to: `ORDER` the first that works, `RR` (round robin) another one each. */
  readonly selector: 'ORDER' | 'RR'
}

const SYNC_WAIT = 'wsrep_sync_wait'
const SELECTOR = 'selector'

/** Bits of `wsrep_sync_wait`, all of them; 7 are those of reading, updating and inserting. */
const HIGHEST_SYNC_WAIT = 15

/** Takes our settings out of a URL of one host, which {@link faultOfMysqlSettings} found right. */
export function urlSettings(url: string): UrlSettings {
  const uri = new URL(url.replace(/^mariadb:/i, 'mysql:'))
  const { searchParams } = uri
  const syncWait = searchParams.get(SYNC_WAIT)
  const selector = searchParams.get(SELECTOR) === 'RR' ? 'RR' : 'ORDER'
  searchParams.delete(SYNC_WAIT)
  searchParams.delete(SELECTOR)
  return { uri: uri.href, syncWait: syncWait === null ? undefined : Number(syncWait), selector }
}

/** The fault in our settings of a URL, or undefined. */
export function faultOfMysqlSettings(url: string): string | undefined {
  const { searchParams } = new URL(url)
  const syncWait = searchParams.get(SYNC_WAIT)
  if (syncWait !== null && !(/^\d+$/.test(syncWait) && Number(syncWait) <= HIGHEST_SYNC_WAIT))
    return `has a ${SYNC_WAIT} that is no number from 0 to ${HIGHEST_SYNC_WAIT}; write ?${SYNC_WAIT}=7`
  const selector = searchParams.get(SELECTOR)
  if (selector !== null && selector !== 'ORDER' && selector !== 'RR')
    return `has an unknown ${SELECTOR}; write ?${SELECTOR}=ORDER, or RR for another host each time`
  return undefined
}
