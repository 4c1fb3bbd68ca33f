import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** A request that takes longer is not answered at all, and fails rather than hang. */
const LIMIT_MS = 20_000

/** Listens on a free port; the address. */
export async function addressOf(app: FastifyInstance): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

/** Somebody with a browser that keeps cookies, follows no redirect by itself, and runs no scripts. */
export class HttpVisitor {
  readonly cookies: Map<string, string>
  readonly #address: string

  constructor(address: string, cookies: Iterable<[string, string]> = []) {
    this.#address = address
    this.cookies = new Map(cookies)
  }

  /** Another browser with the same cookies, as a thief would have it. */
  copy(): HttpVisitor {
    return new HttpVisitor(this.#address, this.cookies)
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers })
  }

  /** Sends JSON. */
  post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.send('POST', path, body, headers)
  }

  put(path: string, body: object): Promise<Response> {
    return this.send('PUT', path, body)
  }

  /** Sends any value as JSON. */
  send(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  }

  /** Sends what a form does. */
  submit(path: string, fields: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields) })
  }

  async #send(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    const cookie = this.cookie
    const response = await fetch(new URL(path, this.#address), {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(LIMIT_MS),
      headers: { ...(headers as Record<string, string>), ...(cookie && { cookie }) },
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return response
  }

  #keep(line: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
    if (/Expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name!)
    else this.cookies.set(name!, value!)
  }
}
