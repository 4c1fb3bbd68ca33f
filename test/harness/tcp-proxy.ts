import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** One connection through the proxy. */
export interface Link {
  readonly client: Socket
  readonly server: Socket
}

/** What becomes of bytes on their way; whoever takes them passes them on, or does not. */
export type Pass = (bytes: Buffer, link: Link) => void

const toServer: Pass = (bytes, { server }) => void server.write(bytes)
const toClient: Pass = (bytes, { client }) => void client.write(bytes)

/** A proxy in front of a server, whose connections can be troubled. */
export class TcpProxy {
  /** The URL of the server, through the proxy. */
  readonly url: string
  /** What becomes of what clients send. */
  onRequest: Pass = toServer
  /** What becomes of what the server sends. */
  onReply: Pass = toClient
  /** Whether connections that come are cut at once. */
  isRefusing = false
  #server = new URL('tcp://127.0.0.1')
  readonly #listener: Server
  readonly #links = new Set<Link>()

  private constructor(listener: Server, url: string) {
    this.#listener = listener
    this.url = url
  }

  /** Opens a proxy in front of the server of a URL. */
  static async open(serverUrl: string): Promise<TcpProxy> {
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const target = new URL(serverUrl)
    target.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`
    const proxy = new TcpProxy(listener, target.href)
    proxy.leadTo(serverUrl)
    listener.on('connection', (client) => proxy.#accept(client, proxy.#server.hostname, Number(proxy.#server.port)))
    return proxy
  }

  /** Connections that come from now on are with this server. */
  leadTo(serverUrl: string): void {
    this.#server = new URL(serverUrl)
  }

  /** Lets everything pass from now on. */
  heal(): void {
    this.onRequest = toServer
    this.onReply = toClient
    this.isRefusing = false
  }

  /** Resets all connections. */
  reset(): void {
    for (const link of this.#links) cut(link)
  }

  /** Bytes vanish on their way, in both directions, and nobody is told. */
  drop(): void {
    this.onRequest = () => {}
    this.onReply = () => {}
  }

  /** Replies arrive so many milliseconds later. */
  delay(ms: number): void {
    this.onReply = (bytes, link) => void setTimeout(toClient, ms, bytes, link)
  }

  /** Replies arrive byte by byte. */
  slice(): void {
    this.onReply = (bytes, { client }) => {
      client.setNoDelay()
      for (const byte of bytes) client.write(Buffer.of(byte))
    }
  }

  /** Statements reach the server, and their connection is reset before the reply. */
  loseReplies(): void {
    this.onReply = (_, link) => cut(link)
  }

  /** The connection is reset behind so many bytes that the server sends from now on, and others are not, unless for good. */
  cutReplyBehind(count: number, isForGood = false): void {
    let left = count
    this.onReply = (bytes, link) => {
      const passed = bytes.subarray(0, left)
      left -= bytes.length
      if (left > 0) return toClient(passed, link)
      if (!isForGood) this.onReply = (more, other) => void (other !== link && toClient(more, other))
      link.client.write(passed, () => cut(link))
    }
  }

  async close(): Promise<void> {
    this.#listener.close()
    this.reset()
    await once(this.#listener, 'close')
  }

  #accept(client: Socket, host: string, port: number): void {
    if (this.isRefusing) return void client.resetAndDestroy()
    const link = { client, server: connect(port, host) }
    this.#links.add(link)
    client.on('data', (bytes) => this.onRequest(bytes, link))
    link.server.on('data', (bytes) => this.onReply(bytes, link))
    for (const socket of [client, link.server]) {
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#links.delete(link)
        cut(link)
      })
    }
  }
}

function cut({ client, server }: Link): void {
  for (const socket of [client, server]) if (!socket.destroyed) socket.resetAndDestroy()
}
