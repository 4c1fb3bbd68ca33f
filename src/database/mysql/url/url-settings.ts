import {
  ACCEPTED,
  explainConnecting,
  explainConnections,
  oneOf,
  type Rules,
  SWITCH,
  text,
  unused,
  wholeNumber,
} from '../../url/settings.ts'
import { CLUSTER_RULES, type ClusterSettings } from './cluster-settings.ts'
import { jdbcSwitch, type MysqlTls, sslJson, sslMode, tls, verifies } from './tls.ts'

/** What the settings of a URL say. What they do not say is undefined. */
export interface MysqlSettings extends MysqlTls, ClusterSettings {
  /** Connections with each host. */
  max?: number
  /** Milliseconds. */
  connectTimeout?: number
  /** The path of a Unix socket. */
  socketPath?: string
}

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
  pool: connections,
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
  encoding: charset,
  datestrings: oneOf(SWITCH, ACCEPTED),
  supportbignumbers: oneOf(SWITCH, ACCEPTED),
  parsetime: oneOf(SWITCH, ACCEPTED),
  statement_cache_size: wholeNumber([0, 10_000], ACCEPTED),
  // What ClearDB, mysql2, Prisma, Rails, Doctrine, JDBC and Go know: no column is a date, and connections are renewed by
  // themselves.
  ...unused(
    ...['reconnect', 'autoreconnect', 'useunicode', 'serverversion', 'servertimezone', 'timezone', 'loc'],
    ...['waitforconnections', 'queuelimit', 'maxidle', 'idletimeout', 'enablekeepalive', 'bignumberstrings'],
    ...['max_idle_connection_lifetime', 'max_connection_lifetime', 'prepared_statements'],
  ),
  ...CLUSTER_RULES,
}
