import assert from 'node:assert/strict'
import { inspect } from 'node:util'

/** The number of bytes, from the start of a key, that a log must not contain in a row. */
const BYTES = 12

/** Deeper than logs print. */
const SHOWN = { depth: 10, maxArrayLength: null, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY } as const

/** Fails when the printed form of a value, in a log or a debugger, shows the key. */
export function assertHidden(key: Buffer, values: Record<string, unknown>): void {
  const forms = writtenForms(key.subarray(0, BYTES))
  for (const [what, value] of Object.entries(values)) {
    for (const [how, shown] of Object.entries(shownForms(value))) {
      // Lists of numbers are printed in columns, so spaces differ.
      const text = shown.replaceAll(/\s/g, '')
      assert.ok(!forms.some((form) => text.includes(form)), `${how} of ${what} shows the key; keep it in a KeyObject`)
    }
  }
}

function shownForms(value: unknown): Record<string, string> {
  return { 'an inspection': inspect(value, SHOWN), JSON: json(value), 'the text': textOf(value) }
}

function writtenForms(bytes: Buffer): string[] {
  const numbers = [...bytes]
  const hex = bytes.toString('hex')
  const fields = numbers.map((byte, index) => `"${index}":${byte}`)
  return [hex, hex.toUpperCase(), bytes.toString('base64'), bytes.toString('base64url'), numbers.join(), fields.join()]
}

// JSON.stringify fails for a cycle or a BigInt, which a provider may contain; a log then prints nothing either.
function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return ''
  }
}
