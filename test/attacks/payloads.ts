import { createHash } from 'node:crypto'
import { staticKeys } from '../../src/index.ts'
import type { Codec, PayloadPlace } from '../../src/payload/codec.ts'
import { DEFLATED, PLAIN, UnreadablePayload } from '../../src/payload/sealed-payload.ts'
import { serializers } from '../../src/payload/serializer.ts'
import { namedKey } from '../keys/named-key.ts'
import { codecOf } from '../payload/codecs.ts'
import type { SeededRandom } from './random.ts'

/** What a run against payloads did, by kind of attack; `opened` must stay empty. */
export interface PayloadAttacks {
  readonly refused: Record<string, number>
  /** Attacks after which something opened. */
  readonly opened: string[]
  /** Attacks that were answered by another error than that of an unreadable payload. */
  readonly faults: string[]
  /** How often the serializer saw bytes that nobody of us had made. */
  deserialized: number
}

interface Sealed {
  readonly place: PayloadPlace
  readonly bytes: Buffer
}

const ROWS = 300
const KEYS = ['current', 'retired', 'older']
const CONTENTS = [
  {},
  { userId: 'ada' },
  { userId: 'grace', cart: [1, 2n, new Map([[1, 'two']])] },
  { text: 'a b '.repeat(300) },
]

/** Sealed payloads of 300 rows, and every way of opening bytes that a store has. */
export class PayloadArena {
  readonly result: PayloadAttacks = { refused: {}, opened: [], faults: [], deserialized: 0 }
  readonly rows: Sealed[]
  readonly #codecs: Codec[]
  readonly #known = new Set<string>()

  constructor() {
    const keys = staticKeys(KEYS.map((name) => namedKey(name)))
    const watched = {
      ...serializers.msgpack,
      deserialize: (bytes: Buffer) => {
        this.result.deserialized++
        return serializers.msgpack.deserialize(bytes)
      },
    }
    this.#codecs = [
      codecOf(keys, 'stored_sessions', watched),
      codecOf(keys, 'other_sessions', watched),
      codecOf(keys, 'stored_sessions', watched, { bindToCookie: true }),
    ]
    this.rows = Array.from({ length: ROWS }, (_, index) => this.#sealedRow(index))
    for (const { place, bytes } of this.rows) this.#known.add(identity(place, bytes))
  }

  #sealedRow(index: number): Sealed {
    const sealing = codecOf(staticKeys([namedKey(KEYS[index % KEYS.length]!)]), 'stored_sessions', undefined, {
      compressAbove: index % 2 === 0 ? 500 : false,
    })
    const place = {
      sid: createHash('sha256').update(`row ${index}`).digest(),
      createdAt: 1_763_636_955_123 + (index >> 1),
    }
    const bytes = sealing.seal(place, sealing.serialize({ ...CONTENTS[index % CONTENTS.length], cookie: {} })) as Buffer
    return { place, bytes }
  }

  /** Tries bytes in a row, in the table of the row unless another codec is named. */
  attack(kind: string, place: PayloadPlace, bytes: Buffer, codec = 0): void {
    if (codec === 0 && this.#known.has(identity(place, bytes))) return
    try {
      const open = this.#codecs[codec]!
      open.deserialize(open.open(place, bytes) as Buffer)
      this.result.opened.push(`${kind}: ${bytes.toString('hex')}`)
    } catch (error) {
      if (error instanceof UnreadablePayload) this.result.refused[kind] = (this.result.refused[kind] ?? 0) + 1
      else this.result.faults.push(`${kind}: ${error}`)
    }
  }

  /** Opens every row as it was sealed, and says how many there were: what the attacks would have opened otherwise. */
  openUntouched(): number {
    const [codec] = this.#codecs
    return this.rows.filter(({ place, bytes }) => codec!.deserialize(codec!.open(place, bytes) as Buffer)).length
  }

  get attacks(): number {
    return Object.values(this.result.refused).reduce((sum, count) => sum + count, 0)
  }
}

const identity = ({ sid, createdAt }: PayloadPlace, bytes: Buffer) =>
  `${sid.toString('latin1')} ${createdAt} ${bytes.toString('latin1')}`

/** Everything that can be tried to the last case: bits, prefixes, extensions, pairs of rows, keys, versions, tables. */
export function attackExhaustively(arena: PayloadArena): void {
  for (const { place, bytes } of arena.rows.slice(0, 4)) attackOne(arena, place, bytes)
  for (const one of arena.rows) {
    for (const other of arena.rows) if (one !== other) arena.attack('row swap', one.place, other.bytes)
    arena.attack('table swap', one.place, one.bytes, 1)
    arena.attack('cookie binding turned on', { ...one.place, id: 'an id' }, one.bytes, 2)
    for (const shift of [-1, 1, 3_600_000]) {
      arena.attack('created_at', { ...one.place, createdAt: one.place.createdAt + shift }, one.bytes)
    }
    for (const key of arena.rows.slice(0, KEYS.length)) {
      arena.attack('key id', one.place, replaced(one.bytes, 1, key.bytes.subarray(1, 5)))
    }
  }
}

function attackOne(arena: PayloadArena, place: PayloadPlace, bytes: Buffer): void {
  for (let bit = 0; bit < bytes.length * 8; bit++) arena.attack('bit', place, flipped(bytes, bit))
  for (let length = 0; length < bytes.length; length++) arena.attack('prefix', place, bytes.subarray(0, length))
  for (let from = 1; from < bytes.length; from++) arena.attack('suffix', place, bytes.subarray(from))
  for (let byte = 0; byte < 256; byte++) {
    arena.attack('extension', place, Buffer.concat([bytes, Buffer.from([byte])]))
    if (byte !== bytes[0]) arena.attack('version', place, replaced(bytes, 0, Buffer.from([byte])))
  }
  for (const size of [1, 4, 8, 12, 15]) arena.attack('short tag', place, bytes.subarray(0, -16 + size))
  for (const { bytes: other } of arena.rows.slice(0, 4)) {
    for (let at = 1; at < Math.min(bytes.length, other.length); at++) {
      arena.attack('splice', place, Buffer.concat([bytes.subarray(0, at), other.subarray(at)]))
    }
  }
}

type Mutation = (bytes: Buffer, random: SeededRandom, arena: PayloadArena) => Buffer

const MUTATIONS: Record<string, Mutation> = {
  'random bits': (bytes, random) => {
    let mutated = flipped(bytes, random.below(bytes.length * 8))
    for (let more = random.below(4); more > 0; more--) mutated = flipped(mutated, random.below(bytes.length * 8))
    return mutated
  },
  'random bytes': (bytes, random) => replaced(bytes, random.below(bytes.length), random.bytes(1 + random.below(16))),
  'random cut': (bytes, random) => {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(16))])
  },
  'random insertion': (bytes, random) => {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(16)), bytes.subarray(at)])
  },
  'random splice': (bytes, random, arena) =>
    Buffer.concat([
      bytes.subarray(0, random.below(bytes.length)),
      random.pick(arena.rows).bytes.subarray(random.below(bytes.length)),
    ]),
  'random content': (bytes, random) => {
    const head = Buffer.from([random.pick([PLAIN, DEFLATED])])
    return Buffer.concat([head, bytes.subarray(1, 5), random.bytes(random.below(120))])
  },
}

/** Tries so many payloads more that a seed makes of the corpus of rows. */
export function attackAtRandom(arena: PayloadArena, random: SeededRandom, times: number): void {
  const kinds = Object.entries(MUTATIONS)
  for (let time = 0; time < times; time++) {
    const [kind, mutate] = random.pick(kinds)
    const { place, bytes } = random.pick(arena.rows)
    arena.attack(kind, place, mutate(bytes, random, arena))
  }
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}

function replaced(bytes: Buffer, at: number, by: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  by.copy(copy, at)
  return copy
}
