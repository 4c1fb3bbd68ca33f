import type { ConnectionOptions, SecureVersion } from 'node:tls'
import { fileOf, refuseUrl, usableTls } from '../../url/faults.ts'

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
export const explainTls = (settings: PgTls) => WORDS[effectiveMode(settings)]

function effectiveMode({ mode, root, cert, negotiation }: PgTls): keyof typeof WORDS {
  const isAsked = root !== undefined || cert !== undefined || negotiation === 'direct'
  const how = mode ?? (root ? 'verify-full' : isAsked ? 'require' : 'disable')
  if (how === 'allow') return 'prefer'
  // As libpq does: who names the certificates wants them checked.
  if (how === 'require' && root !== undefined) return 'verify-ca'
  return how === 'no-verify' ? 'require' : (how as keyof typeof WORDS)
}

/** False for no TLS, and `'prefer'` for none where the server offers none. */
export function tlsOf(settings: PgTls): false | 'prefer' | ConnectionOptions {
  const how = effectiveMode(settings)
  if (how === 'disable') return false
  if (how === 'prefer') return 'prefer'
  const { root, cert, key, passphrase, minVersion } = settings
  const options: ConnectionOptions = usableTls({
    ...(root !== undefined && root !== 'system' && { ca: fileOf('sslrootcert', root) }),
    ...(cert !== undefined && { cert: fileOf('sslcert', cert) }),
    ...(key !== undefined && { key: fileOf('sslkey', key) }),
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
