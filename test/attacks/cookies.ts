import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { secret } from '../support/stores.ts'
import type { SeededRandom } from './random.ts'

/** What a run of malformed cookies met. */
export interface CookieAttacks {
  sent: number
  /** Responses by status. */
  readonly statuses: Record<number, number>
  /** Headers that were answered by a fault of the server. */
  readonly faults: string[]
}

/** A signed value that has the shape of an id is looked up, and rightly so. */
const misshapen = (value: string) => (/^[\x21-\x7e]{1,512}$/.test(value.trim()) ? `${value} é` : value)

const sign = (value: string) =>
  `${value}.${createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')}`

/** Values of no shape that an id has; each is sent as it is, signed, and encoded. */
const CORPUS = [
  '',
  '.',
  ' ',
  '\0',
  'id\0id',
  '%00',
  '%',
  '%zz',
  '%C3%28',
  'ключ',
  'ü',
  '🎉',
  '\ud800',
  'two words',
  'x'.repeat(513),
  'x'.repeat(8_192),
  '[object Object]',
  'a\tb',
  '__proto__ ',
  '\u202eid',
  '../../etc/passwd ',
  "' OR 1=1 --",
  '"quoted id"',
  '{"$gt": ""}  ',
]

const header = (value: string) => `sessionId=${value}`

/** Forms of a Cookie header around values that are no ids. */
const FORMS: ((value: string, other: string) => string | string[])[] = [
  header,
  (value) => header(encodeURIComponent(sign(misshapen(value)).toWellFormed())),
  (value) => header(sign(misshapen(value))),
  (value) => header(`s:${sign(misshapen(value))}`),
  (value, other) => `${header(value)}; ${header(other)}`,
  (value, other) => [header(value), header(other)],
  (value) => `sessionId[]=${value}; sessionId[0]=${value}`,
  (value) => `;;;=${value};sessionId;sessionId=;=`,
  (value) => `${value}`,
  (value) => `__proto__=${value}; constructor=${value}; ${header(value)}`,
  (value) => header(`"${value}"`),
]

/** Sends so many malformed cookies; none may be a fault of the server. */
export async function attackCookies(app: FastifyInstance, random: SeededRandom, times: number): Promise<CookieAttacks> {
  const result: CookieAttacks = { sent: 0, statuses: {}, faults: [] }
  for (; result.sent < times; result.sent++) {
    const cookie = random.pick(FORMS)(mutated(random), mutated(random))
    const { statusCode } = await app.inject({ url: '/me', headers: { cookie: cookie as string } })
    result.statuses[statusCode] = (result.statuses[statusCode] ?? 0) + 1
    if (statusCode >= 500) result.faults.push(`${statusCode}: ${JSON.stringify(cookie)}`)
  }
  return result
}

function mutated(random: SeededRandom): string {
  const seed = random.pick(CORPUS)
  if (random.below(3) === 0) return seed
  const at = random.below(seed.length + 1)
  // A blank or a letter of no ASCII stays in: what has the shape of an id may be looked up.
  return `${seed.slice(0, at)}${random.pick([' ', 'é', '\0', '\x7f'])}${random.bytes(random.below(24)).toString('latin1')}${seed.slice(at)}`
}
