import { derivedKeys, envKeys, passphraseKeys, staticKeys } from '../../src/index.ts'
import type { SeededRandom } from './random.ts'

/** What a run of key configurations met. */
export interface ConfigurationAttacks {
  tried: number
  accepted: number
  refused: number
  /** Errors of another kind, and messages that show key material. */
  readonly faults: string[]
}

const MATERIAL = Buffer.from('9f2c4e6a8b0d1f3357799bbddff10224466880aaccee13579bdf02468ace1357', 'hex')
const FORMS = ['base64', 'base64url', 'hex', 'latin1'].map((encoding) => MATERIAL.toString(encoding as BufferEncoding))
const PASSPHRASE = 'a passphrase of several words'
const NAME = 'ATTACKED_SESSION_KEYS'

const ODD: unknown[] = [undefined, null, '', 0, -1, 1.5, 2 ** 32, Number.NaN, true, {}, [], Symbol('id'), 5n, () => {}]
const VALUES: unknown[] = [
  ...ODD,
  MATERIAL,
  ...FORMS,
  Buffer.alloc(32),
  Buffer.alloc(31, 'ab'),
  PASSPHRASE,
  'current',
  'a:b',
  '2026-11',
]

/** Hands random configurations to every provider: each is taken, or refused by a typed error that shows no key. */
export function attackConfigurations(random: SeededRandom, times: number): ConfigurationAttacks {
  const result: ConfigurationAttacks = { tried: 0, accepted: 0, refused: 0, faults: [] }
  const any = () => random.pick(VALUES) as never
  const entry = () => (random.below(5) === 0 ? any() : { id: any(), key: any(), state: maybe(), since: maybe() })
  const maybe = () => (random.below(2) === 0 ? any() : undefined) as never
  const list = <Item>(make: () => Item) => Array.from({ length: random.below(4) }, make)
  const makers = [
    () => staticKeys(random.below(8) === 0 ? any() : (list(entry) as never)),
    () => derivedKeys(random.below(2) === 0 ? any() : (list(any) as never)),
    () => fromEnvironment(random),
    // Never with both a passphrase and a salt that are good: those cost a third of a second.
    () => passphraseKeys(random.below(2) === 0 ? any() : { passphrase: any(), salt: random.pick(ODD) as never }),
  ]
  for (; result.tried < times; result.tried++) attempt(random.pick(makers), result)
  return result
}

function fromEnvironment(random: SeededRandom) {
  const parts = [...FORMS, 'a', ':', ',', ' ', '[', ']', '{"id":"a","key":"', '"}', 'null', '\n', PASSPHRASE]
  process.env[NAME] = Array.from({ length: 1 + random.below(6) }, () => random.pick(parts))
    .join('')
    .replaceAll('\0', '')
  return envKeys(NAME)
}

function attempt(make: () => unknown, result: ConfigurationAttacks): void {
  try {
    make()
    result.accepted++
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    const shown = [...FORMS, PASSPHRASE].some((form) => message.includes(form.slice(0, 10)))
    if (code === 'FST_STORED_SESSION_INVALID_KEY' && !shown) result.refused++
    else result.faults.push(`${code ?? 'untyped'}: ${message}`)
  } finally {
    delete process.env[NAME]
  }
}
