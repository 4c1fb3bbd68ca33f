const MOST_BYTES = 512

// Control characters of C0 and C1, separators of lines, and marks that turn the direction of text.
const CONTROL = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text of a client without control characters, cut to so many bytes of UTF-8; undefined when nothing is left. */
export function cleanText(text: unknown, mostBytes = MOST_BYTES): string | undefined {
  if (typeof text !== 'string') return undefined
  // Cut first, because a header may be long: no character takes less than one byte.
  const clean = text
    .slice(0, 2 * mostBytes)
    .replaceAll(CONTROL, '')
    .toWellFormed()
    .trim()
  return cut(clean, mostBytes).trim() || undefined
}

function cut(text: string, mostBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= mostBytes) return text
  let end = mostBytes
  // A byte within a character begins with the bits 10.
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}

/** The user agent of a request. */
export function userAgentOf(header: string | string[] | undefined): string | undefined {
  return cleanText(Array.isArray(header) ? header[0] : header)
}
