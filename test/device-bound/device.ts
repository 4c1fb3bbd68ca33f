import assert from 'node:assert/strict'
import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse as Response } from 'fastify'
import { Browser } from '../support/app.ts'

export type Algorithm = 'ES256' | 'RS256'

/** The key of a device, which proves itself. */
export class DeviceKey {
  readonly algorithm: Algorithm
  readonly privateKey: KeyObject
  readonly jwk: JsonWebKey

  constructor(algorithm: Algorithm = 'ES256') {
    const pair =
      algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.algorithm = algorithm
    this.privateKey = pair.privateKey
    this.jwk = pair.publicKey.export({ format: 'jwk' })
  }

  /** A proof for a registration. */
  registration(challenge: string, header: object = {}): string {
    return this.proof(challenge, { jwk: this.jwk, ...header })
  }

  /** A proof for a refresh; `header` and `payload` replace what a browser would say. */
  proof(challenge: string, header: object = {}, payload: object = {}): string {
    const parts = [
      { alg: this.algorithm, typ: 'dbsc+jwt', ...header },
      { jti: challenge, ...payload },
    ]
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const signature = sign('sha256', Buffer.from(signed), { key: this.privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
}

/** What the server says after a registration or a refresh. */
export interface Instructions {
  readonly session_identifier: string
  readonly refresh_url: string
  readonly credentials: readonly { readonly name: string; readonly attributes: string }[]
  readonly continue?: boolean
}

/** A browser that binds its sessions to a key. */
export class BoundBrowser extends Browser {
  readonly key: DeviceKey
  readonly #app: FastifyInstance
  readonly #headers: Record<string, string>
  offer: { readonly path: string; readonly challenge: string } | undefined
  instructions: Instructions | undefined

  constructor(app: FastifyInstance, key = new DeviceKey(), headers: Record<string, string> = {}) {
    super(app)
    this.#app = app
    this.key = key
    this.#headers = headers
  }

  override send(options: InjectOptions): Promise<Response> {
    return super.send({ ...options, headers: { ...this.#headers, ...options.headers } })
  }

  /** The same browser at another process of the application. */
  at(app: FastifyInstance): BoundBrowser {
    const same = new BoundBrowser(app, this.key, this.#headers)
    for (const [name, value] of Object.entries(this.cookies())) same.setCookie(name, value)
    same.offer = this.offer
    same.instructions = this.instructions
    return same
  }

  /** Signs in, and takes the offer to bind the session. */
  static async signedIn(app: FastifyInstance, key?: DeviceKey): Promise<BoundBrowser> {
    const browser = new BoundBrowser(app, key)
    await browser.signIn()
    const response = await browser.register()
    assert.equal(response.statusCode, 200, response.body)
    return browser
  }

  async signIn(url = '/login'): Promise<Response> {
    const response = await this.post(url)
    this.offer = offerIn(response)
    return response
  }

  async register(proof?: string): Promise<Response> {
    assert.ok(this.offer, 'the response of the sign-in offers a registration')
    const { path, challenge } = this.offer
    const response = await this.prove(path, proof ?? this.key.registration(challenge))
    if (response.statusCode === 200) this.instructions = response.json()
    return response
  }

  /** Renews the cookie of the device as browsers do: without a proof first. */
  async refresh(key = this.key): Promise<Response> {
    const challenge = await this.challenge()
    return this.refreshWith(key.proof(challenge))
  }

  async challenge(): Promise<string> {
    const response = await this.refreshWith(undefined)
    assert.equal(response.statusCode, 403)
    return challengeIn(response)
  }

  refreshWith(proof: string | undefined, { withCookies = true } = {}): Promise<Response> {
    const { session_identifier, refresh_url } = this.instructions!
    const headers = { 'sec-secure-session-id': session_identifier }
    return withCookies ? this.prove(refresh_url, proof, headers) : this.proveApart(refresh_url, proof, headers)
  }

  prove(url: string, proof: string | undefined, headers: Record<string, string> = {}): Promise<Response> {
    const proofHeader = proof === undefined ? {} : { 'secure-session-response': proof }
    return this.send({ method: 'POST', url, headers: { ...headers, ...proofHeader } })
  }

  /** As a browser does when a link of another site begins the request. */
  async proveApart(url: string, proof: string | undefined, headers: Record<string, string>): Promise<Response> {
    const proofHeader = proof === undefined ? {} : { 'secure-session-response': proof }
    const response = await this.#app.inject({ method: 'POST', url, headers: { ...headers, ...proofHeader } })
    for (const { name, value } of response.cookies) this.setCookie(name, value)
    return response
  }

  get deviceCookie(): string {
    return this.instructions!.credentials[0]!.name
  }

  /** What a thief gets who copies the cookies, or some of them. */
  stolen(...names: string[]): Browser {
    const cookies = Object.entries(this.cookies()).filter(([name]) => names.length === 0 || names.includes(name))
    return new Browser(this.#app, Object.fromEntries(cookies))
  }
}

/** The registration that a response offers; undefined for none. */
export function offerIn(response: Response): { path: string; challenge: string } | undefined {
  const header = response.headers['secure-session-registration']
  if (header === undefined) return undefined
  const [, path, challenge] = /^\(ES256 RS256\);path="([^"]+)";challenge="([^"]+)"$/.exec(String(header)) ?? []
  assert.ok(path && challenge, String(header))
  return { path, challenge }
}

export function challengeIn(response: Response): string {
  const [, challenge] = /^"([^"]+)";id="[^"]+"$/.exec(String(response.headers['secure-session-challenge'])) ?? []
  assert.ok(challenge)
  return challenge
}
