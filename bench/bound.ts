/**
 * `npm run bench:bound`: what a bound session costs a request, and what its browser costs the server when it renews its
 * proof. Processor time, which includes all of our code and none of a database's.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { staticKeys } from '../src/keys/static-keys.ts'
import { bindingCodecFor } from '../src/payload/binding/binding-codec.ts'
import { isProofBy, parseProof } from '../src/payload/binding/device-proof.ts'
import { newBinding } from '../src/payload/binding/sealed-binding.ts'
import { tokenCodecFor } from '../src/payload/binding/token-codec.ts'
import { isProven } from '../src/store/binding/shown-device.ts'
import { median } from './medians.ts'
import { machine, table } from './report.ts'

const ROUNDS = 60
const TARGET_US = 5
const MICROSECONDS = 1e6

const settings = { keys: staticKeys([{ id: 'bench', key: randomBytes(32) }]), namespace: 'stored_sessions' }
const [tokens, codec] = [tokenCodecFor(settings), bindingCodecFor(settings)]
const [sid, createdAt] = [randomBytes(32), Date.now()]
const key = await settings.keys.current()

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
}

const rows = [await costOfRequest()]
for (const algorithm of ['ES256', 'RS256'] as const) rows.push(await costOfRefresh(algorithm))
console.log(`${machine()}, Node ${process.versions.node}.\n`)
console.log(
  table(
    ['work', 'processor time, median µs'],
    rows.map(([name, time]) => [name, time.toFixed(1)]),
  ),
)
const [[, request]] = rows as [[string, number]]
console.log(
  `\nOf a request: at most ${TARGET_US} µs; ${request.toFixed(1)} µs, ${request <= TARGET_US ? 'met' : '**missed**'}.`,
)

/** The check that each request of a bound session passes, with a cookie as browsers send it. */
async function costOfRequest(): Promise<[string, number]> {
  const bound = newBinding(sid, spkiOf('ES256'))
  const binding = (await codec.seal({ sid, createdAt }, key.id, bound))!
  const token = await tokens.issue('device', bound.id, Date.now() + 3_600_000)
  const row = { binding, createdAt }
  return ['a request: its cookie is checked', measure(2_000, () => isProven(tokens, row, { token, grace: undefined }))]
}

/** A proof that is read and verified, and the new cookie. */
async function costOfRefresh(algorithm: keyof typeof pairs): Promise<[string, number]> {
  const challenge = await tokens.issue('refresh', sid, Date.now() + 3_600_000)
  const parts = [{ alg: algorithm, typ: 'dbsc+jwt' }, { jti: challenge }]
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const { privateKey } = pairs[algorithm]
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  const proof = `${signed}.${signature.toString('base64url')}`
  const [id, publicKey] = [randomBytes(16), spkiOf(algorithm)]
  const stored = (await codec.seal({ sid, createdAt }, key.id, { id, name: sid, publicKey }))!
  const renew = () => {
    const parsed = parseProof(proof)!
    tokens.validUntil('refresh', sid, parsed.challenge)
    codec.open({ sid, createdAt }, stored)
    if (!isProofBy(publicKey, parsed)) throw new Error('the proof is a good one')
    tokens.issue('device', id, Date.now() + 600_000)
  }
  return [`a refresh with ${algorithm}: the proof is verified, and the cookie made`, measure(100, renew)]
}

function spkiOf(algorithm: keyof typeof pairs): Buffer {
  return pairs[algorithm].publicKey.export({ format: 'der', type: 'spki' })
}

/** Processor time of one call, median of the rounds, in microseconds. */
function measure(calls: number, run: () => unknown): number {
  const times: number[] = []
  for (let round = -5; round < ROUNDS; round++) {
    const began = process.cpuUsage()
    for (let call = 0; call < calls; call++) run()
    const { user, system } = process.cpuUsage(began)
    if (round >= 0) times.push((user + system) / MICROSECONDS / calls)
  }
  return median(times) * MICROSECONDS
}
