import { randomBytes } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../harness/temporary-folder.ts'

/** A response with its page. */
export interface Page {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A browser without scripts, which keeps cookies and follows no redirect by itself. */
export class DeskVisitor {
  readonly cookies = new Map<string, string>()
  readonly #origin: string

  /** @param url - an address of the desk */
  constructor(url: string) {
    this.#origin = new URL(url).origin
  }

  /** Opens a path, or a whole address. */
  async open(path: string, init: RequestInit = {}): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie && { cookie }), ...(init.headers as Record<string, string>) }
    const response = await fetch(new URL(path, this.#origin), { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.split('=')
      this.cookies.set(name!, value!)
    }
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  /** Fills in the form of a page, with its token. */
  async submit(page: Page, path: string, fields: Record<string, string>, headers = {}): Promise<Page> {
    const token = /name="token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const body = new URLSearchParams({ token, ...fields })
    return this.open(path, { method: 'POST', body, headers })
  }
}

/** The heading of a page, and where it leads. */
export const heading = ({ text }: Page) => /<h1>(.*?)<\/h1>/.exec(text)?.[1]

/** A file with a random password, and that password. */
export function passwordFile(mode = 0o600): { path: string; password: string } {
  const path = join(temporaryFolder('password'), 'password.txt')
  const password = randomBytes(12).toString('base64url')
  writeFileSync(path, `${password}\n`)
  chmodSync(path, mode)
  return { path, password }
}
