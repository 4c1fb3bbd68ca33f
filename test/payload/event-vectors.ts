/*
 * Prints golden vectors of events, which event-vectors.json holds, as golden-vectors.ts does for sessions:
 *
 *   node --import tsx test/payload/event-vectors.ts
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { staticKeys } from '../../src/keys/static-keys.ts'
import { codecOf } from './codecs.ts'

export interface EventVector {
  namespace: string
  kind: string
  userId: string | null
  at: number
  /** Hexadecimal, as what follows. */
  sid: string
  id: string
  plaintext: string
  sealed: string
}

export const eventKey = { id: 7, key: Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n)).toString('base64') }

const events = [
  { namespace: 'stored_sessions', kind: 'created', userId: null, at: 1_763_636_955_123, details: '' },
  { namespace: 'web."Sessions" ключ', kind: 'ended', userId: 'ada', at: 0, details: '81a6726561736f6ea469646c65' },
  { namespace: 'stored_sessions', kind: 'user', userId: '😀'.repeat(127), at: 2 ** 48 - 1, details: '80' },
]

async function makeVectors(): Promise<EventVector[]> {
  const made: EventVector[] = []
  for (const [index, { details, ...event }] of events.entries()) {
    const sid = createHash('sha256').update(`golden event ${index}`).digest()
    const id = createHash('sha256').update(`golden id ${index}`).digest().subarray(0, 16)
    const codec = codecOf(staticKeys([eventKey]), event.namespace)
    const sealed = await codec.sealEvent({ ...event, sid, id }, Buffer.from(details, 'hex'))
    const hex = { sid: sid.toString('hex'), id: id.toString('hex'), sealed: sealed.toString('hex') }
    made.push({ ...event, ...hex, plaintext: details })
  }
  return made
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await makeVectors(), null, 2))
