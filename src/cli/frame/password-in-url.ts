/** What parsers of URLs strip or skip. */
const SKIPPED = /[\p{C}\p{Z}]/gu

/** What stands in front of a host and those who call there: schemes and slashes, or the scheme of a database alone. */
const BEFORE_USER = /^(?:(?:[a-z][a-z\d+.-]*:)*[\\/]{2}|(?:postgres|postgresql|mysql|mariadb|rediss?):)[\\/]*/i

/** Names that passwords and the like have, as a parameter or in JSON that is one. Parsers take them in upper case too. */
const SECRET_NAME = '(?:pass|pwd|secret|token|credential)'
const SECRET = new RegExp(
  `${SECRET_NAME}[\\w.-]*\\s*=|\\bauth\\s*=|["'][^"']*${SECRET_NAME}[^"']*["']\\s*:|PRIVATE KEY`,
  'i',
)

/**
 * Whether there may be a password in this URL, or in what somebody takes for one. People put passwords into URLs without
 * encoding them, where `/`, `?` and `#` end what parsers take for the host: so everything before the last `@` may be one.
 */
export function mayHoldPassword(text: string): boolean {
  return SECRET.test(decoded(text)) || hasPasswordOfUser(text.replaceAll(SKIPPED, ''))
}

function hasPasswordOfUser(url: string): boolean {
  if (/^sqlite:(?![\\/]{2})/i.test(url)) return false
  const [start = ''] = BEFORE_USER.exec(url) ?? []
  const rest = url.slice(start.length)
  // A path is no URL. It may have both characters.
  if (start === '' && !/^[^\\/.@]*:[^\\/]*@/.test(decoded(rest))) return false
  const end = rest.lastIndexOf('@')
  // Without an @ everything may have been encoded, the host that follows too.
  const user = end < 0 ? (/^(.*)@/.exec(decoded(rest.split(/[/?#]/)[0]!))?.[1] ?? '') : decoded(rest.slice(0, end))
  // A Redis knows no users, or none without a password: who stands there alone is one.
  return user.includes(':') || (user !== '' && /^rediss?:/i.test(start))
}

const MOST_ROUNDS = 5

/** Text without percent-encoding, however often it was encoded, and whether or not all of it can be decoded. */
function decoded(text: string): string {
  let plain = text
  for (let round = 0; round < MOST_ROUNDS && plain.includes('%'); round++) {
    plain = plain.replaceAll(/%([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  }
  return plain
}
