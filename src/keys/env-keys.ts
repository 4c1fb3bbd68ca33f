import { env } from 'node:process'
import { InvalidKeyError } from '../errors.ts'
import type { KeyProvider } from './key-provider.ts'
import { type StaticKey, staticKeys } from './static-keys.ts'

/**
 * Master keys from an environment variable: a list of `id:base64` separated by commas or white space, newest first, or
 * the JSON of the keys that {@link staticKeys} accepts.
 *
 * @param name - the variable. @defaultValue `'SESSION_KEYS'`
 * @returns a provider that answers synchronously
 * @throws `FST_STORED_SESSION_INVALID_KEY` when it is missing or unreadable; no message shows its value
 * @example
 * ```ts
 * // SESSION_KEYS=2026-11:<32 bytes in base64>,2026-08:<32 bytes in base64>
 * const keys = envKeys()
 * ```
 */
export function envKeys(name = 'SESSION_KEYS'): KeyProvider {
  const text = env[name]?.trim()
  if (!text) {
    throw new InvalidKeyError(
      `the environment variable ${name} is missing or empty; set it to id:key, the key from: openssl rand -base64 32`,
    )
  }
  return staticKeys(
    text.startsWith('[')
      ? fromJson(name, text)
      : text
          .split(/[\s,]+/)
          .filter(Boolean)
          .map((item) => fromItem(name, item)),
  )
}

function fromItem(name: string, item: string): StaticKey {
  const [, id, key] = /^([^:]+):([A-Za-z0-9+/_=-]+)$/.exec(item) ?? []
  if (id && key) return { id, key }
  throw new InvalidKeyError(`an entry of ${name} is not of the form id:base64`)
}

function fromJson(name: string, text: string): StaticKey[] {
  const keys = parse(text)
  if (Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null)) return keys
  throw new InvalidKeyError(`${name} is not a JSON list of { "id", "key" }`)
}

// The error of JSON.parse would quote the text.
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
