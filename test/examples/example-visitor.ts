import assert from 'node:assert/strict'
import type { ExampleApp } from './example-app.ts'

/** Somebody with a browser that follows redirects, keeps one cookie, and runs no scripts. */
export class Visitor {
  /** The session cookie as the browser sends it, `name=value`; empty without one. */
  cookie: string

  constructor(cookie = '') {
    this.cookie = cookie
  }

  static async signedIn(app: ExampleApp, name: string): Promise<Visitor> {
    const visitor = new Visitor()
    assert.ok((await visitor.submit(app, '/sign-in', { name })).includes('You signed in on'))
    return visitor
  }

  /** The session id: what stands before the signature. */
  get sessionId(): string {
    return decodeURIComponent(this.cookie.slice(this.cookie.indexOf('=') + 1)).split('.')[0]!
  }

  async open(app: ExampleApp, path = '/'): Promise<string> {
    return (await this.request(app, path)).text()
  }

  /** Submits a form and returns the page that it leads to. */
  async submit(app: ExampleApp, path: string, fields: Record<string, string> = {}): Promise<string> {
    const response = await this.request(app, path, { method: 'POST', body: new URLSearchParams(fields) })
    assert.equal(response.status, 303)
    await response.arrayBuffer()
    return this.open(app, response.headers.get('location')!)
  }

  async request(app: ExampleApp, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, ...(this.cookie && { cookie: this.cookie }) }
    const response = await fetch(new URL(path, app.url), { ...init, headers, redirect: 'manual' })
    const [line] = response.headers.getSetCookie()
    if (line !== undefined) this.cookie = line.includes('01 Jan 1970') ? '' : line.split(';')[0]!
    return response
  }
}

/** The number that a page shows as the counter; undefined on the page of somebody who is not signed in. */
export function counterOn(page: string): number | undefined {
  const shown = /class="count">(\d+)</.exec(page)?.[1]
  return shown === undefined ? undefined : Number(shown)
}
