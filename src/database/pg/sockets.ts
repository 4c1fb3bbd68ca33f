import { connect, type Socket } from 'node:net'

/** Where the server is, as postgres.js hands it on. */
interface Place {
  /** Of a Unix socket. */
  readonly path?: string | false
  readonly host: readonly string[]
  readonly port: readonly number[]
}

/**
 * Opens the sockets of postgres.js, which knows no other way to keep them from holding the process: a statement that is
 * waited for holds it by its timer. Of several servers the next one is taken after a connection was lost.
 */
export class Sockets {
  readonly #open = new Set<Socket>()
  #last: Socket | undefined
  #server = 0

  /** The option `socket` of postgres.js, which connects by itself otherwise. */
  readonly open = ({ path, host, port }: Place): Socket => {
    if (this.#last?.destroyed) this.#server = (this.#server + 1) % host.length
    const server = { host: host[this.#server]!, port: port[this.#server]! }
    // The driver compares the certificate with the host that it finds on the socket.
    const socket = Object.assign(path ? connect(path) : connect(server), server)
    this.#forgetClosed()
    this.#open.add(socket)
    this.#last = socket
    // Once more when connected: the attempt that succeeds, of several addresses, has a handle of its own.
    return socket.unref().once('connect', () => socket.unref())
  }

  /** Closes what is open: the driver waits for a server to say good-bye, which may be gone. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #forgetClosed(): void {
    for (const socket of this.#open) if (socket.destroyed) this.#open.delete(socket)
  }
}
