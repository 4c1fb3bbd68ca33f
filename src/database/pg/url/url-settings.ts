import type { SecureVersion } from 'node:tls'
import { explainConnecting, explainConnections, oneOf, type Rules, text, wholeNumber } from '../../url/settings.ts'
import { explainTls, type PgTls } from './tls.ts'

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

const SWITCH = ['true', 'false', '1', '0']
const isOn = (value: string) => value === 'true' || value === '1'
const ACCEPTED = 'accepted; it changes nothing here'
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
  sslmode: oneOf(
    ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
    explainTls,
    (value, settings) => {
      settings.mode = value
    },
  ),
  ssl: oneOf([...SWITCH, 'prefer', 'require', 'verify-full', 'no-verify', 'disable'], explainTls, (value, settings) => {
    settings.mode ??= { true: 'verify-full', 1: 'verify-full', false: 'disable', 0: 'disable' }[value] ?? value
  }),
  sslaccept: oneOf(['strict', 'accept_invalid_certs'], explainTls, (value, settings) => {
    settings.mode ??= value === 'strict' ? 'verify-full' : 'require'
  }),
  requiressl: oneOf(['0', '1'], explainTls, (value, settings) => {
    settings.mode ??= value === '1' ? 'require' : 'prefer'
  }),
  sslrootcert: text(
    'the file of the certificates that the server must be signed by; "system" for those of the system',
    (value, settings) => {
      settings.root = value
    },
  ),
  sslcert: text('the file of the certificate of this client', (value, settings) => {
    settings.cert = value
  }),
  sslkey: text('the file of the key of this client', (value, settings) => {
    settings.key = value
  }),
  sslpassword: text('the password of the key of this client', (value, settings) => {
    settings.passphrase = value
  }),
  ssl_min_protocol_version: oneOf(['TLSv1.2', 'TLSv1.3'], 'the oldest version of TLS', (value, settings) => {
    settings.minVersion = value as SecureVersion
  }),
  sslnegotiation: oneOf(['postgres', 'direct'], 'how TLS begins', (value, settings) => {
    if (value === 'direct') settings.negotiation = 'direct'
  }),
  sslcompression: oneOf(['0'], ACCEPTED),
  sslsni: oneOf(['1'], ACCEPTED),
  uselibpqcompat: oneOf(SWITCH, 'accepted; sslmode means here what it means in libpq'),
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
  schema: text('the search_path: the schema in which the table is looked for', (value, settings) => {
    settings.parameters.search_path = `"${value.replaceAll('"', '""')}"`
  }),
  search_path: parameter('search_path'),
  timezone: parameter('timezone'),
  datestyle: parameter('datestyle'),
  statement_timeout: parameter('statement_timeout'),
  lock_timeout: parameter('lock_timeout'),
  idle_in_transaction_session_timeout: parameter('idle_in_transaction_session_timeout'),
  client_encoding: oneOf(['UTF8', 'utf-8', 'auto'], 'accepted; the encoding is always UTF-8'),
  pgbouncer: oneOf(SWITCH, prepared, (value, settings) => {
    if (isOn(value)) settings.prepare = false
  }),
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
  statement_cache_size: wholeNumber([0, 10_000], prepared, (value, settings) => {
    if (value === 0) settings.prepare = false
  }),
  connection_limit: connections,
  max: connections,
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
  // What Vercel and Supabase add for other clients.
  supa: text(ACCEPTED),
  workaround: text(ACCEPTED),
}
