import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A call that the service was asked for. */
export interface TransitCall {
  readonly work: 'encrypt' | 'decrypt'
  /** What the key is to be bound to. */
  readonly associatedData: string
}

/** A key service as Vault's transit engine is one, over HTTP, which can be made to fail. */
export interface TransitServer {
  readonly address: string
  readonly token: string
  /** Calls since the list was emptied last. */
  readonly calls: TransitCall[]
  /** How it answers now. */
  mode: 'well' | 'error' | 'never' | 'short keys' | 'no JSON'
  /** Answers nobody until {@link letGo}. */
  hold(): void
  letGo(): void
  close(): Promise<void>
}

interface Body {
  plaintext?: string
  ciphertext?: string
  associated_data?: string
}

/** Starts the service on a free port; close() it in the end. */
export async function startTransitServer(): Promise<TransitServer> {
  const master = randomBytes(32)
  const token = randomBytes(12).toString('base64url')
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let pause: Promise<void> | undefined
  let resume = () => {}
  const transit: TransitServer = {
    address: `http://127.0.0.1:${port}`,
    token,
    calls: [],
    mode: 'well',
    hold() {
      pause ??= new Promise((resolve) => {
        resume = resolve
      })
    },
    letGo() {
      resume()
      pause = undefined
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return transit

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, work] = /^\/v1\/transit\/(encrypt|decrypt)\/sessions$/.exec(request.url ?? '') ?? []
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Body
    const associatedData = Buffer.from(body.associated_data ?? '', 'base64').toString()
    transit.calls.push({ work: work as TransitCall['work'], associatedData })
    if (transit.mode === 'never') return
    await pause
    const send = (status: number, value: unknown) => response.writeHead(status).end(JSON.stringify(value))
    if (request.headers['x-vault-token'] !== token) return void send(403, { errors: ['permission denied'] })
    if (transit.mode === 'error') return void send(503, { errors: ['Vault is sealed', body.plaintext] })
    if (transit.mode === 'no JSON') return void response.end(`{${body.plaintext ?? 'plaintext'}`)
    try {
      if (work === 'encrypt') send(200, { data: { ciphertext: encrypt(body.plaintext!, associatedData) } })
      else send(200, { data: { plaintext: decrypt(body.ciphertext!, associatedData) } })
    } catch {
      send(400, { errors: ['cipher: message authentication failed'] })
    }
  }

  function encrypt(plaintext: string, associatedData: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(Buffer.from(associatedData))
    const parts = [nonce, cipher.update(plaintext, 'base64'), cipher.final(), cipher.getAuthTag()]
    return `vault:v1:${Buffer.concat(parts).toString('base64')}`
  }

  function decrypt(ciphertext: string, associatedData: string): string {
    const bytes = Buffer.from(ciphertext.replace('vault:v1:', ''), 'base64')
    const decipher = createDecipheriv('aes-256-gcm', master, bytes.subarray(0, 12), { authTagLength: 16 })
    decipher.setAAD(Buffer.from(associatedData)).setAuthTag(bytes.subarray(-16))
    const plaintext = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
    return (transit.mode === 'short keys' ? plaintext.subarray(0, 16) : plaintext).toString('base64')
  }
}
