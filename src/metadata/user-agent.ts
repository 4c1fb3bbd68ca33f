/** The bytes of UTF-8 that are kept of a user agent: almost all are shorter than 300. */
const LONGEST_USER_AGENT = 512

/** Control characters, line separators, and characters that turn the direction of the text after them. */
const UNSAFE = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/gu

/** The kept part of the header `user-agent`, or undefined when nothing is left. */
export function keptUserAgent(header: unknown): string | undefined {
  return cleanText(header, LONGEST_USER_AGENT)
}

/**
 * Text that is safe to show in a log and on a page that escapes HTML: without control characters, trimmed, and cut
 * between two characters.
 *
 * @param most - bytes of UTF-8
 * @returns undefined when nothing is left, and for other values than strings
 */
export function cleanText(value: unknown, most: number): string | undefined {
  if (typeof value !== 'string') return undefined
  // Cut first, so that the work does not grow with what a client sends.
  const safe = value
    .slice(0, 4 * most)
    .toWellFormed()
    .replace(UNSAFE, '')
    .trim()
  return cutToBytes(safe, most).trimEnd() || undefined
}

function cutToBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  const bytes = Buffer.from(text)
  let end = most
  // A byte 10xxxxxx continues a character.
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
