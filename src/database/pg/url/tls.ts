import type { ConnectionOptions, SecureVersion } from 'node:tls'
import { refuseUrl, tlsFiles, usableTls } from '../../url/faults.ts'
import { ACCEPTED, oneOf, type Rules, SWITCH, text } from '../../url/settings.ts'

/** What a URL says about TLS, in the words of libpq. What it does not say is undefined. */
export interface PgTls {
  /** `sslmode`. */
  mode?: string
  root?: string
  cert?: string
  key?: string
  passphrase?: string
  minVersion?: SecureVersion
  negotiation?: 'direct'
}

/** How a connection is encrypted, for `doctor`. */
const WORDS = {
  disable: 'no TLS',
  prefer: 'TLS if the server offers it; the certificate is not checked',
  require: 'TLS; the certificate is not checked',
  'verify-ca': 'TLS; the certificate is checked, but not the name in it',
  'verify-full': 'TLS; the certificate and the name in it are checked',
}

/** How the settings together encrypt a connection. */
const explainTls = (settings: PgTls) => WORDS[effectiveMode(settings)]

function effectiveMode({ mode, root, cert, key, negotiation }: PgTls): keyof typeof WORDS {
  const isAsked = [root, cert, key].some((file) => file !== undefined) || negotiation === 'direct'
  const how = mode ?? (root ? 'verify-full' : isAsked ? 'require' : 'disable')
  if (how === 'allow') return 'prefer'
  // As libpq does: who names the certificates wants them checked.
  if (how === 'require' && root !== undefined) return 'verify-ca'
  return how === 'no-verify' ? 'require' : (how as keyof typeof WORDS)
}

const FILES = { ca: 'sslrootcert', cert: 'sslcert', key: 'sslkey' }

/** False for no TLS, and `'prefer'` for none where the server offers none. */
export function tlsOf(settings: PgTls): false | 'prefer' | ConnectionOptions {
  const how = effectiveMode(settings)
  if (how === 'disable') return false
  if (how === 'prefer') return 'prefer'
  const { root, cert, key, passphrase, minVersion } = settings
  const options: ConnectionOptions = usableTls({
    ...tlsFiles({ ...(root !== 'system' && { ca: root }), cert, key }, FILES),
    ...(passphrase !== undefined && { passphrase }),
    ...(minVersion !== undefined && { minVersion }),
  })
  if (how === 'verify-full') return options
  if (how === 'require') return { ...options, rejectUnauthorized: false }
  if (!root)
    refuseUrl(
      'has sslmode=verify-ca without sslrootcert, which anyone can satisfy; name the file of the certificates, or write sslmode=verify-full',
    )
  return { ...options, checkServerIdentity: () => undefined }
}

/** The settings of TLS: those of libpq, JDBC and Prisma. */
export const TLS_RULES: Rules<PgTls> = {
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
}
