/** A database URL that may name several hosts, separated by commas. */
export interface HostList {
  /** The same URL for each host alone, in their order. */
  readonly urls: readonly string[]
}

const FORM = 'scheme://user:password@first,second:1234/database'

// Up to the last @ before the path, because a password may hold one that nobody encoded.
const PARTS = /^([a-z][a-z0-9+.-]*:\/\/)((?:[^/?#]*@)?)([^/?#]*)(.*)$/is

/**
 * Takes a database URL apart: `mysql://user:password@a,b:3307/database` is two URLs, which differ in host and port.
 *
 * @returns the URLs, or the fault, without anything of the URL: it may hold a password
 */
export function hostList(url: string): HostList | { fault: string } {
  const [, scheme = '', credentials = '', hosts = '', rest = ''] = PARTS.exec(url) ?? []
  const list = hosts.split(',')
  // No host after a user is what ?host=/run/postgresql is written with. A URL of its own form has one.
  if (hosts === '' && credentials !== '') return hostList(`${scheme}${credentials}localhost${rest}`)
  if (list.length === 1) return URL.canParse(url) ? { urls: [url] } : { fault: notValid(url) }
  if (list.includes('')) return { fault: `has an empty entry in its list of hosts; write ${FORM}` }
  if (new Set(list).size < list.length) return { fault: 'names one of its hosts twice; remove the duplicate' }
  if (!URL.canParse(`${scheme}${credentials}host${rest}`)) return { fault: notValid(url) }
  const urls = list.map((host) => `${scheme}${credentials}${host}${rest}`)
  const wrong = urls.findIndex((one) => !URL.canParse(one))
  if (wrong < 0) return { urls }
  return { fault: `has an invalid host, number ${wrong + 1} of its list; write ${FORM}` }
}

const notValid = (url: string) =>
  `is not a valid ${url.slice(0, url.indexOf(':')).toLowerCase()} URL; percent-encode the password`
