/** Characters that URL parsers remove or skip. */
const SKIPPED = /[\p{C}\p{Z}]/gu

/** The part before user and host: schemes and slashes, or the scheme of a database alone. */
const BEFORE_USER = /^(?:(?:[a-z][a-z\d+.-]*:)*[\\/]{2}|(?:postgres|postgresql|mysql|mariadb|rediss?):)[\\/]*/i

/** Names of passwords and similar secrets, as a parameter or inside a JSON parameter. Parsers accept upper case too. */
const SECRET_NAME = '(?:pass|pwd|secret|token|credential)'
const SECRET = new RegExp(
  `${SECRET_NAME}[\\w.-]*\\s*=|\\bauth\\s*=|["'][^"']*${SECRET_NAME}[^"']*["']\\s*:|PRIVATE KEY`,
  'i',
)

/**
 * Whether this URL, or text that is used as one, may contain a password. Passwords in URLs are often not encoded, and
 * parsers end the host at `/`, `?` and `#`. So everything before the last `@` may be a password.
 */
export function mayHoldPassword(text: string): boolean {
  return SECRET.test(decoded(text)) || hasPasswordOfUser(text.replaceAll(SKIPPED, ''))
}

function hasPasswordOfUser(url: string): boolean {
  if (/^sqlite:(?![\\/]{2})/i.test(url)) return false
  const [start = ''] = BEFORE_USER.exec(url) ?? []
  const rest = url.slice(start.length)
  // A path is not a URL, but it may contain both characters.
  if (start === '' && !/^[^\\/.@]*:[^\\/]*@/.test(decoded(rest))) return false
  const end = rest.lastIndexOf('@')
  // Without an @, everything may be encoded, even the host.
  const user = end < 0 ? (/^(.*)@/.exec(decoded(rest.split(/[/?#]/)[0]!))?.[1] ?? '') : decoded(rest.slice(0, end))
  // Redis has no users, or none without a password: a single name there is a password.
  return user.includes(':') || (user !== '' && /^rediss?:/i.test(start))
}

const MOST_ROUNDS = 5

/** Removes percent-encoding, even repeated or partly invalid encoding. */
function decoded(text: string): string {
  let plain = text
  for (let round = 0; round < MOST_ROUNDS && plain.includes('%'); round++) {
    plain = plain.replaceAll(/%([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  }
  return plain
}
