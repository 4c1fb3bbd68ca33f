import type { FastifyInstance, FastifyRequest } from 'fastify'

/** At most this many cookies of one request are tried, so that no request costs more. */
const MOST_TRIED = 3

interface Host {
  readonly cookieName: string
  readonly cookiePrefix: string
}

/** Finds the session's cookie in the header of a request, in which browsers may send several cookies of one name. */
export class SentCookies {
  readonly #name: string
  readonly #mark: string
  readonly #prefix: string
  readonly #parse: FastifyInstance['parseCookie']
  /** Whether the application's @fastify/cookie changes values while parsing, which our cookie would not survive. */
  readonly #isDecoded: boolean

  constructor({ parseCookie }: FastifyInstance, { cookieName, cookiePrefix }: Host) {
    this.#name = cookieName
    this.#mark = `${cookieName}=`
    this.#prefix = cookiePrefix
    this.#parse = parseCookie
    this.#isDecoded = !keepsValues(parseCookie)
  }

  /**
   * The values of the session's cookie, in the order of the header, each once and at most three. Fills in
   * `request.cookies` for an application whose @fastify/cookie parses later or not at all.
   */
  valuesOf(request: FastifyRequest): string[] {
    const { cookie = '' } = request.raw.headers
    request.cookies ??= this.#parse(cookie) as Record<string, string>
    const parsed = request.cookies[this.#name]
    if (!this.#isDecoded && !this.#hasSeveral(cookie)) return this.#ours(parsed)
    const values = this.#allOf(cookie)
    // An earlier hook of the application may have put another value there, such as that of a header of its own.
    const isReplaced = parsed !== undefined && !this.#isDecoded && !values.includes(parsed)
    return values.length === 0 || isReplaced ? this.#ours(parsed) : values.slice(0, MOST_TRIED)
  }

  #ours(value: string | undefined): string[] {
    return value?.startsWith(this.#prefix) ? [value] : []
  }

  // Searching forwards twice is quicker than lastIndexOf().
  #hasSeveral(header: string): boolean {
    const first = header.indexOf(this.#mark)
    return first >= 0 && header.indexOf(this.#mark, first + this.#mark.length) >= 0
  }

  #allOf(header: string): string[] {
    const values = new Set<string>()
    for (const pair of header.split(';')) {
      const [name, value] = splitAtFirst(pair, '=')
      if (name !== this.#name || value === undefined) continue
      const decoded = decode(value)
      if (decoded.startsWith(this.#prefix)) values.add(decoded)
    }
    return [...values]
  }
}

function splitAtFirst(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text.trim(), undefined] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function keepsValues(parse: FastifyInstance['parseCookie']): boolean {
  try {
    return parse('a=b.c%2Bd').a === 'b.c+d'
  } catch {
    return false
  }
}
