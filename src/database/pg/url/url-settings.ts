import {
  ACCEPTED,
  explainConnecting,
  explainConnections,
  oneOf,
  type Rule,
  type Rules,
  SWITCH,
  text,
  unused,
  wholeNumber,
} from '../../url/settings.ts'
import { type PgTls, TLS_RULES } from './tls.ts'

/** What the settings of a URL say. What they do not say is undefined. */
export interface PgSettings extends PgTls {
  /** Whether statements are prepared. */
  prepare: boolean
  /** Connections with each host. */
  max?: number
  /** Seconds. */
  connectTimeout?: number
  /** Seconds until the first probe of an idle connection; null for none. */
  keepAlive?: number | null
  /** Whether a server that accepts no writes is refused. */
  wantsPrimary: boolean
  /** Parameters of the session, which the server gets when a connection begins. */
  parameters: Record<string, string>
}

const isOn = (value: string) => value === 'true' || value === '1'
const LIMITED = 'accepted; the option operationTimeout limits how long a statement waits'
const PARAMETER = 'a parameter of the session'

const connections = wholeNumber<PgSettings>([1, 1_000], explainConnections, (value, settings) => {
  settings.max = value
})
const connecting = ({ connectTimeout }: PgSettings) => explainConnecting(connectTimeout)
const prepared = ({ prepare }: PgSettings) => (prepare ? 'statements are prepared' : 'no statements are prepared')
const seconds = (becomes: string) => wholeNumber<PgSettings>([0, 86_400], becomes)
const parameter = (name: string) =>
  text<PgSettings>(PARAMETER, (value, settings) => {
    settings.parameters[name] = value
  })
// The server would refuse the connection, which a migration would be blamed for.
const timeout = (name: string): Rule<PgSettings> => ({
  becomes: PARAMETER,
  read(value, settings) {
    if (!/^\d+(us|ms|s|min|h|d)?$/.test(value)) return 'is no time, such as 5000 for milliseconds or 5s'
    settings.parameters[name] = value
    return undefined
  },
})
const preparing = (isPreparing: (value: string) => boolean) => (value: string, settings: PgSettings) => {
  if (!isPreparing(value)) settings.prepare = false
}
const cache = wholeNumber<PgSettings>([0, 10_000], prepared, (value, settings) => {
  if (value === 0) settings.prepare = false
})
const encoding = oneOf<PgSettings>(['UTF8', 'utf-8', 'unicode', 'auto'], 'accepted; the encoding is always UTF-8')
const probes = ({ keepAlive }: PgSettings) => {
  if (keepAlive === null) return 'idle connections are not probed'
  return keepAlive === undefined ? 'idle connections are probed' : `probes connections that are idle for ${keepAlive} s`
}

/** Every setting that is known: those of libpq, and those of hosts and other libraries. */
export const PG_RULES: Rules<PgSettings> = {
  host: text('where the server is'),
  port: {
    becomes: 'the port of the server',
    read: (value) => (/^\d{1,5}(,\d{1,5})*$/.test(value) ? undefined : 'is no port, and no list of ports'),
  },
  user: text('the user of the database'),
  password: text('the password of the user'),
  dbname: text('the name of the database'),
  ...TLS_RULES,
  channel_binding: oneOf(
    ['disable', 'prefer', 'require'],
    'accepted; the driver signs in with SCRAM without channel binding, so check the certificate with sslmode=verify-full',
  ),
  gssencmode: oneOf(['disable', 'prefer'], ACCEPTED),
  keepalives: oneOf(['0', '1'], probes, (value, settings) => {
    if (value === '0') settings.keepAlive = null
  }),
  keepalives_idle: wholeNumber([0, 86_400], probes, (value, settings) => {
    if (settings.keepAlive !== null && value > 0) settings.keepAlive = value
  }),
  keepalives_interval: seconds('accepted; the operating system decides'),
  keepalives_count: seconds('accepted; the operating system decides'),
  tcp_user_timeout: wholeNumber([0, 86_400_000], 'accepted; the operating system decides'),
  application_name: parameter('application_name'),
  fallback_application_name: text('the name of the application where none is given', (value, settings) => {
    settings.parameters.application_name ??= value
  }),
  options: parameter('options'),
  schema: {
    becomes: 'the search_path: the schema in which the table is looked for',
    read(value, settings) {
      if (value === '') return 'names no schema; write ?schema=public, or omit it'
      settings.parameters.search_path = `"${value.replaceAll('"', '""')}"`
      return undefined
    },
  },
  search_path: parameter('search_path'),
  statement_timeout: timeout('statement_timeout'),
  lock_timeout: timeout('lock_timeout'),
  idle_in_transaction_session_timeout: timeout('idle_in_transaction_session_timeout'),
  client_encoding: encoding,
  encoding,
  charset: encoding,
  pgbouncer: oneOf(
    SWITCH,
    prepared,
    preparing((value) => !isOn(value)),
  ),
  prepared_statements: oneOf(SWITCH, prepared, preparing(isOn)),
  // How pgx sends statements.
  default_query_exec_mode: oneOf(
    ['cache_statement', 'cache_describe', 'describe_exec', 'exec', 'simple_protocol'],
    prepared,
    preparing((value) => value === 'cache_statement'),
  ),
  prepare: {
    becomes: prepared,
    isShown: true,
    read(value, settings) {
      if (value !== 'true' && value !== 'false')
        return 'is neither true nor false; write ?prepare=false for a pooler without prepared statements'
      settings.prepare = value === 'true'
      return undefined
    },
  },
  statement_cache_size: cache,
  'statement-cache-capacity': cache,
  connection_limit: connections,
  max: connections,
  pool: connections,
  pool_size: connections,
  pool_max_conns: connections,
  pool_timeout: seconds(LIMITED),
  socket_timeout: seconds(LIMITED),
  connect_timeout: wholeNumber([0, 86_400], connecting, (value, settings) => {
    if (value > 0) settings.connectTimeout = value
  }),
  target_session_attrs: {
    becomes: 'only a server that accepts writes is used, and no standby',
    isShown: true,
    read(value, settings) {
      if (value !== 'read-write' && value !== 'primary')
        return 'allows a standby, which accepts no writes and returns stale rows; write ?target_session_attrs=read-write, or omit it'
      settings.wantsPrimary = true
      return undefined
    },
  },
  load_balance_hosts: oneOf(['disable'], ACCEPTED),
  // What Vercel and Supabase add for other clients, and what postgres.js, Prisma, pgx, Doctrine and SQL clients know: no
  // column is a date, and connections are renewed by themselves.
  ...unused(
    ...['supa', 'workaround', 'timezone', 'datestyle', 'serverversion', 'idle_timeout', 'max_lifetime'],
    ...['max_idle_connection_lifetime', 'max_connection_lifetime', 'pool_min_conns', 'pool_max_conn_lifetime'],
    ...['pool_max_conn_lifetime_jitter', 'pool_max_conn_idle_time', 'pool_health_check_period'],
  ),
}
