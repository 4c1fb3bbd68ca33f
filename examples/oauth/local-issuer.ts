import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What a code stands for. */
interface Grant {
  user: string
  redirectUri: string | null
  challenge: string | null
}

/**
 * An issuer of OpenID Connect for development and tests, with one client: every visitor is the same user, and it asks for no
 * password. It checks the client, the code once, its redirect, and PKCE.
 */
export async function localIssuer(client: { id: string; secret: string }, user = 'ada'): Promise<Server> {
  const codes = new Map<string, Grant>()
  const tokens = new Map<string, string>()
  const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
  const make = <Value>(kind: Map<string, Value>, value: Value) => {
    const name = randomBytes(24).toString('base64url')
    kind.set(name, value)
    return name
  }

  const server = createServer(async (request, response) => {
    const issuer = `http://${request.headers.host}`
    const { pathname, searchParams: query } = new URL(request.url!, issuer)
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

    if (pathname === '/.well-known/openid-configuration') {
      const endpoints = {
        authorization_endpoint: '/authorize',
        token_endpoint: '/token',
        userinfo_endpoint: '/userinfo',
      }
      const absolute = Object.entries(endpoints).map(([name, path]) => [name, issuer + path])
      return send(200, { issuer, ...Object.fromEntries(absolute), code_challenge_methods_supported: ['S256'] })
    }
    if (pathname === '/authorize') {
      const redirectUri = query.get('redirect_uri')
      const code = make(codes, { user, redirectUri, challenge: query.get('code_challenge') })
      const location = new URL(redirectUri!)
      location.search = String(new URLSearchParams({ code, state: query.get('state')! }))
      return response.writeHead(302, { location: location.href }).end()
    }
    if (pathname === '/token') {
      const form = new URLSearchParams(await text(request))
      const grant = codes.get(form.get('code')!)
      codes.delete(form.get('code')!)
      const challenge = createHash('sha256').update(form.get('code_verifier')!).digest('base64url')
      const isRight = grant?.challenge === challenge && grant.redirectUri === form.get('redirect_uri')
      if (!isRight || request.headers.authorization !== authorization) return send(400, { error: 'invalid_grant' })
      return send(200, { access_token: make(tokens, grant.user), token_type: 'Bearer', expires_in: 300 })
    }
    const sub = tokens.get(request.headers.authorization?.replace('Bearer ', '') ?? '')
    return sub ? send(200, { sub }) : send(401, { error: 'invalid_token' })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

/** The address of an issuer, which is also its name. */
export const issuerOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
