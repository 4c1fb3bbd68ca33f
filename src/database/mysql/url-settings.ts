import { explainConnecting, explainConnections, oneOf, type Rules, text, wholeNumber } from '../url/settings.ts'
import { jdbcSwitch, type MysqlTls, SWITCH, sslJson, sslMode, tls, verifies } from './tls.ts'

/** What the settings of a URL say. What they do not say is undefined. */
export interface MysqlSettings extends MysqlTls {
  /** Connections with each host. */
  max?: number
  /** Milliseconds. */
  connectTimeout?: number
  /** The path of a Unix socket. */
  socketPath?: string
  /** The value of `wsrep_sync_wait` for our connections. */
  syncWait?: number
  /** Which of several hosts a statement goes to: `ORDER` the first that works, `RR` (round robin) another one each. */
  selector: 'ORDER' | 'RR'
}

/** Bits of `wsrep_sync_wait`, all of them; 7 are those of reading, updating and inserting. */
const HIGHEST_SYNC_WAIT = 15

const ACCEPTED = 'accepted; it changes nothing here'
const LIMITED = 'accepted; the option operationTimeout limits how long a statement waits'

const connecting = ({ connectTimeout }: MysqlSettings) =>
  explainConnecting(connectTimeout === undefined ? undefined : connectTimeout / 1_000)
const connections = wholeNumber<MysqlSettings>([1, 1_000], explainConnections, (value, settings) => {
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

/** Every setting that is known: ours, those of MySQL's own clients, and those of hosts and other libraries. */
export const MYSQL_RULES: Rules<MysqlSettings> = {
  'ssl-mode': sslMode,
  sslmode: sslMode,
  ssl_mode: sslMode,
  ssl: sslJson,
  sslaccept: tls(['strict', 'accept_invalid_certs']),
  tls: tls(['true', 'false', 'skip-verify']),
  usessl: jdbcSwitch,
  requiressl: jdbcSwitch,
  verifyservercertificate: verifies,
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
  connect_timeout: wholeNumber([0, 86_400], connecting, (value, settings) => {
    if (value > 0) settings.connectTimeout = value * 1_000
  }),
  connecttimeout: wholeNumber([0, 86_400_000], connecting, (value, settings) => {
    if (value > 0) settings.connectTimeout = value
  }),
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
  wsrep_sync_wait: {
    becomes: 'what a statement on a node of Galera waits for',
    isShown: true,
    read(value, settings) {
      if (!/^\d+$/.test(value) || Number(value) > HIGHEST_SYNC_WAIT)
        return `is no number from 0 to ${HIGHEST_SYNC_WAIT}; write ?wsrep_sync_wait=7`
      settings.syncWait = Number(value)
      return undefined
    },
  },
  selector: {
    becomes: ({ selector }) =>
      selector === 'RR'
        ? 'each statement goes to another one of the hosts'
        : 'statements go to the first of the hosts that works',
    isShown: true,
    read(value, settings) {
      if (value !== 'ORDER' && value !== 'RR')
        return 'has an unknown selector; write ?selector=ORDER, or RR for another host each time'
      settings.selector = value
      return undefined
    },
  },
}
