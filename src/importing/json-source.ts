import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { ForeignSession } from '../store/imports/foreign-session.ts'
import { BATCH, type SessionSource, type SourcePlace } from './source.ts'

/**
 * Reads lines of JSON, `{ "id": …, "session": { … }, "expires": … }`. `expires` may be missing, and so may `ip` and
 * `userAgent`, the client of the session.
 */
export async function* jsonSource({ url, input }: SourcePlace): SessionSource {
  let batch: ForeignSession[] = []
  for await (const line of linesOf(input ?? createReadStream(url))) {
    if (line.trim() === '') continue
    batch.push(sessionOf(line))
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  // When the input stream fails, readline does not end its lines.
  let failure: Error | undefined
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  input.once('error', (error) => {
    failure = error
    lines.close()
  })
  yield* lines
  if (failure) throw failure
}

/** Stands for a line that is not a session. It counts as an unreadable session. */
const NOTHING: ForeignSession = { id: '-', data: Buffer.alloc(0) }

function sessionOf(line: string): ForeignSession {
  try {
    const { id, session, expires, ip, userAgent } = JSON.parse(line)
    const client = { ip: textOf(ip), userAgent: textOf(userAgent) }
    return { id, data: Buffer.from(JSON.stringify(session ?? null)), expiresAt: epochOf(expires), ...client }
  } catch {
    return NOTHING
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

function epochOf(expires: unknown): number | undefined {
  if (typeof expires !== 'string' && typeof expires !== 'number') return undefined
  const time = new Date(expires).getTime()
  return Number.isNaN(time) ? undefined : time
}
