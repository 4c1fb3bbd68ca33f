import { tlsRemedy } from '../../database/tls-remedy.ts'
import { MissingDriverError } from '../../errors.ts'

/** The driver's message of an error. {@link withoutSecrets} removes passwords. */
export function messageOf(error: unknown): string {
  const { message, code, cause, errors } = error as {
    message?: string
    code?: unknown
    cause?: unknown
    errors?: unknown[]
  }
  // The message for clients does not help an operator. With several addresses, each has its own error.
  if (String(code).startsWith('FST_') && cause) return messageOf(cause)
  if (!message && Array.isArray(errors) && errors.length > 0) return messageOf(errors[0])
  const words = (message || String(code ?? error)).replace(/^stored-session: /, '')
  return typeof code === 'string' && !/^(FST_|MISSING_FILE$)/.test(code) && !words.includes(code)
    ? `${code}: ${words}`
    : words
}

/** Removes the secrets of a configuration from texts: its own, and the password in its URL, in every spelling. */
export function withoutSecrets({ database, secret }: Readonly<Record<string, unknown>>): (text: string) => string {
  const secrets = [secret].flat().filter((one) => typeof one === 'string')
  const hidden = [...secrets, ...(typeof database === 'string' ? passwordsOf(database) : [])].filter(Boolean)
  return (text) => hidden.reduce((shown, one) => shown.replaceAll(one, '***'), text)
}

// Between the first colon after the scheme and the last at sign, even in a URL that cannot be parsed; and in settings.
function passwordsOf(url: string): string[] {
  const [, password] = /^[a-z0-9+.-]+:\/\/[^:/@]*:(.*)@/i.exec(url) ?? []
  const settings = [...url.matchAll(/[?&](?:ssl)?password=([^&#]*)/gi)].map(([, value]) => value)
  return [password, ...settings].flatMap((one) => {
    const decoded = decodedOf(one ?? '')
    return one ? [one, decoded, encodeURIComponent(decoded)] : []
  })
}

function decodedOf(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A database as text, without user and password. */
export function shownDatabase(database: unknown): string {
  if (typeof database !== 'string') return 'the database in the configuration'
  if (/^(sqlite|file):/i.test(database)) return database
  const [, scheme = '', rest = ''] = /^([a-z0-9+.-]+:\/\/)(?:.*@)?([^?#]*)/is.exec(database) ?? []
  return `${scheme}${rest}`
}

/** The fix for a connection error. */
export function connectionRemedy(error: unknown): string {
  if (error instanceof MissingDriverError) return 'Install the package that the message names'
  const ofTls = tlsRemedy(error)
  if (ofTls) return ofTls
  const code = String((error as { code?: unknown }).code ?? '')
  const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(code)) ?? []
  return remedy ?? 'Check the database option, that the server runs, and that its user may connect'
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /^(ECONNREFUSED|ENOENT|CONNECTION_(CLOSED|ENDED)|PROTOCOL_CONNECTION_LOST)$/,
    'Start the server, and check host and port of the URL',
  ],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'Check the host in the URL, and the name server of this machine'],
  [
    /^(ETIMEDOUT|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH)$/,
    'Check host and port, and whether a firewall blocks the connection',
  ],
  [
    /^(28\w{3}|ER_ACCESS_DENIED\w*|ER_DBACCESS_DENIED\w*)$/,
    'Check user and password in the URL (percent-encode the password), and that the server allows connections from this host',
  ],
  [/^(3D000|ER_BAD_DB_ERROR)$/, 'Create the database, or correct its name in the URL'],
  [/^(53300|ER_CON_COUNT_ERROR)$/, 'Raise max_connections of the server, or use fewer connections'],
  [/^MISSING_FILE$/, 'Run: npx stored-session migrate; or correct the path'],
  [/^SQLITE_CANTOPEN/, 'Check that the folder exists, and that this user may read and write in it'],
  [/^SQLITE_NOTADB/, 'The file is not a SQLite database, or is encrypted: check the path'],
]
