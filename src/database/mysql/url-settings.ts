import { oneOf, type Rule, type Rules, text, wholeNumber } from '../url/settings.ts'
import { CLUSTER_RULES, type ClusterSettings } from './cluster-settings.ts'

/** What the settings of a URL say. What they do not say is undefined. */
export interface MysqlSettings extends ClusterSettings {
  /** How the connection is encrypted, in the words of `--ssl-mode`. */
  mode?: TlsMode
  ca?: string
  cert?: string
  key?: string
  /** Connections with each host. */
  max?: number
  /** Milliseconds. */
  connectTimeout?: number
  /** The path of a Unix socket. */
  socketPath?: string
}

export type TlsMode = 'DISABLED' | 'REQUIRED' | 'VERIFY_CA' | 'VERIFY_IDENTITY'

const ACCEPTED = 'accepted; it changes nothing here'
const LIMITED = 'accepted; the option operationTimeout limits how long a statement waits'
const SWITCH = ['true', 'false', '1', '0']

const MODES: Record<string, TlsMode> = {
  disabled: 'DISABLED',
  disable: 'DISABLED',
  false: 'DISABLED',
  0: 'DISABLED',
  required: 'REQUIRED',
  require: 'REQUIRED',
  'skip-verify': 'REQUIRED',
  accept_invalid_certs: 'REQUIRED',
  'no-verify': 'REQUIRED',
  verify_ca: 'VERIFY_CA',
  'verify-ca': 'VERIFY_CA',
  verify_identity: 'VERIFY_IDENTITY',
  'verify-full': 'VERIFY_IDENTITY',
  strict: 'VERIFY_IDENTITY',
  true: 'VERIFY_IDENTITY',
  1: 'VERIFY_IDENTITY',
}

const PREFERS = /^prefer(red)?$/i

/** One spelling of TLS: which values it has, and what an unadorned "true" means there. */
function tls(values: readonly string[], meaning: Partial<Record<string, TlsMode>> = {}): Rule<MysqlSettings> {
  return {
    becomes: 'how the connection is encrypted, and what of its certificate is checked',
    read(value, settings) {
      if (PREFERS.test(value))
        return 'leaves it to the server whether the connection is encrypted, which the driver cannot do; write ?ssl-mode=REQUIRED or DISABLED'
      const known = values.find((one) => one.toLowerCase() === value.toLowerCase())
      const mode = known === undefined ? undefined : (meaning[known] ?? MODES[known.toLowerCase()])
      if (!mode) return `is none of ${values.join(', ')}`
      settings.mode = stricter(settings.mode, mode)
      return undefined
    },
  }
}

const ORDER: readonly (TlsMode | undefined)[] = [undefined, 'DISABLED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY']

const stricter = (one: TlsMode | undefined, other: TlsMode) =>
  ORDER.indexOf(one) > ORDER.indexOf(other) ? one! : other

const sslMode = tls([
  'DISABLED',
  'REQUIRED',
  'VERIFY_CA',
  'VERIFY_IDENTITY',
  'disable',
  'require',
  'verify-ca',
  'verify-full',
])
const jdbc = tls(SWITCH, { true: 'REQUIRED', 1: 'REQUIRED' })
const strict = tls(['true', '1'])
const connections = wholeNumber<MysqlSettings>([1, 1_000], 'the number of connections', (value, settings) => {
  settings.max = value
})
const authority = text<MysqlSettings>(
  'the file of the certificates that the server must be signed by',
  (value, settings) => {
    settings.ca = value
  },
)
const certificate = text<MysqlSettings>('the file of the certificate of this client', (value, settings) => {
  settings.cert = value
})
const key = text<MysqlSettings>('the file of the key of this client', (value, settings) => {
  settings.key = value
})
const socket = text<MysqlSettings>('the path of the Unix socket', (value, settings) => {
  settings.socketPath = value
})
const charset = oneOf<MysqlSettings>(
  ['utf8mb4', 'utf8', 'utf-8', 'utf8mb4_unicode_ci', 'utf8mb4_general_ci', 'utf8mb4_0900_ai_ci'],
  'accepted; the connection uses utf8mb4',
)

/** JSON in a URL, as mysql2 reads it: `ssl={"rejectUnauthorized":true}`. */
const sslJson: Rule<MysqlSettings> = {
  becomes: 'TLS; rejectUnauthorized says whether the certificate and its name are checked',
  read(value, settings) {
    const named = tls(SWITCH).read!(value, settings)
    if (named === undefined) return undefined
    try {
      const { rejectUnauthorized = true, ...rest } = JSON.parse(value) as { rejectUnauthorized?: unknown }
      if (typeof rejectUnauthorized !== 'boolean' || Object.keys(rest).length > 0)
        return 'is an object with other properties than rejectUnauthorized'
      settings.mode = stricter(settings.mode, rejectUnauthorized ? 'VERIFY_IDENTITY' : 'REQUIRED')
      return undefined
    } catch {
      return 'is neither true nor false, nor JSON such as {"rejectUnauthorized":true}'
    }
  },
}

/** Every setting that is known: ours, those of MySQL's own clients, and those of hosts and other libraries. */
export const MYSQL_RULES: Rules<MysqlSettings> = {
  'ssl-mode': sslMode,
  sslmode: sslMode,
  ssl_mode: sslMode,
  ssl: sslJson,
  sslaccept: tls(['strict', 'accept_invalid_certs']),
  tls: tls(['true', 'false', 'skip-verify']),
  usessl: jdbc,
  requiressl: jdbc,
  verifyservercertificate: {
    becomes: 'whether the certificate of the server and its name are checked',
    read: (value, settings) => (['false', '0'].includes(value) ? undefined : strict.read!(value, settings)),
  },
  allowpublickeyretrieval: oneOf(SWITCH, ACCEPTED),
  'ssl-ca': authority,
  sslca: authority,
  ssl_ca: authority,
  // Prisma calls the certificates of the server so.
  sslcert: authority,
  'ssl-cert': certificate,
  ssl_cert: certificate,
  'ssl-key': key,
  ssl_key: key,
  connection_limit: connections,
  connectionlimit: connections,
  pool_size: connections,
  max: connections,
  pool_timeout: wholeNumber([0, 86_400], LIMITED),
  socket_timeout: wholeNumber([0, 86_400], LIMITED),
  connect_timeout: wholeNumber(
    [0, 86_400],
    'seconds that opening a connection may take, operationTimeout at most',
    (value, settings) => {
      if (value > 0) settings.connectTimeout = value * 1_000
    },
  ),
  connecttimeout: wholeNumber(
    [0, 86_400_000],
    'milliseconds that opening a connection may take, operationTimeout at most',
    (value, settings) => {
      if (value > 0) settings.connectTimeout = value
    },
  ),
  socket,
  socketpath: socket,
  unix_socket: socket,
  charset,
  collation: charset,
  characterencoding: charset,
  timezone: text(ACCEPTED),
  datestrings: oneOf(SWITCH, ACCEPTED),
  supportbignumbers: oneOf(SWITCH, ACCEPTED),
  servertimezone: text(ACCEPTED),
  parsetime: oneOf(SWITCH, ACCEPTED),
  statement_cache_size: wholeNumber([0, 10_000], ACCEPTED),
  ...CLUSTER_RULES,
}
