import assert from 'node:assert/strict'
import { inspect } from 'node:util'

/** How much of a key in a log is too much: as many bytes of it, in a row, from its beginning. */
const BYTES = 12

/** As deep as a log looks, and deeper. */
const SHOWN = { depth: 10, maxArrayLength: null, maxStringLength: null, breakLength: Number.POSITIVE_INFINITY } as const

/** Fails when a value shows the key in what a log or a debugger prints of it. */
export function assertHidden(key: Buffer, values: Record<string, unknown>): void {
  const forms = writtenForms(key.subarray(0, BYTES))
  for (const [what, value] of Object.entries(values)) {
    for (const [how, shown] of Object.entries(shownForms(value))) {
      // Lists of numbers are printed in columns.
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

// A circle or a BigInt in a provider is no fault of it, and a log prints nothing either.
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
