import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Load {
  port: number
  connections: number
  /** When to stop asking: after so many requests, or so much time. */
  limit: { requests: number } | { milliseconds: number }
  /** The next request as it goes over the wire. */
  next(): string
  onResponse?(response: string): void
}

export interface LoadResult {
  requests: number
  seconds: number
  p50: number
  p99: number
}

const USER_AGENT = 'User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0\r\n'

/** One request in the format of the wire. */
export function httpRequest(path: string, cookie = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${USER_AGENT}${cookie && `Cookie: ${cookie}\r\n`}\r\n`
}

/**
 * Sends requests over keep-alive connections, on each the next one when the answer to the last is there. A bare client:
 * what it computes itself is taken from the application that shares its cores.
 */
export async function drive({ port, connections, limit, next, onResponse }: Load): Promise<LoadResult> {
  const latencies: number[] = []
  const began = performance.now()
  const deadline = 'milliseconds' in limit ? began + limit.milliseconds : Number.POSITIVE_INFINITY
  let left = 'requests' in limit ? limit.requests : Number.POSITIVE_INFINITY
  const work = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    await new Promise<void>((resolve, reject) => {
      let sent = 0
      const send = () => {
        if (left <= 0 || performance.now() > deadline) return resolve()
        left -= 1
        sent = performance.now()
        socket.write(next(), 'latin1')
      }
      onResponses(socket, reject, (response) => {
        latencies.push(performance.now() - sent)
        if (!response.startsWith('HTTP/1.1 200')) return reject(new Error(`unexpected answer:\n${response}`))
        onResponse?.(response)
        send()
      })
      send()
    })
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, work))
  return { ...percentiles(latencies), requests: latencies.length, seconds: (performance.now() - began) / 1000 }
}

function onResponses(socket: Socket, onError: (error: Error) => void, onResponse: (response: string) => void): void {
  let received = ''
  socket.setEncoding('latin1')
  socket.on('error', onError)
  socket.on('close', () => onError(new Error('the application closed the connection')))
  socket.on('data', (chunk: string) => {
    received += chunk
    const end = lengthOf(received)
    if (received.length < end) return
    const response = received
    received = ''
    onResponse(response)
  })
}

function lengthOf(response: string): number {
  const head = response.indexOf('\r\n\r\n')
  if (head < 0) return Number.POSITIVE_INFINITY
  const length = /\r\ncontent-length: (\d+)/i.exec(response)
  return head + 4 + Number(length?.[1] ?? 0)
}

/** Milliseconds that half, and all but one in a hundred, stayed below. */
export function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}
