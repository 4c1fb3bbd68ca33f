import type { SslOptions } from 'mysql2'
import { fileOf } from '../url/faults.ts'

export type TlsMode = 'DISABLED' | 'REQUIRED' | 'VERIFY_CA' | 'VERIFY_IDENTITY'

/** What a URL says about TLS. What it does not say is undefined. */
export interface MysqlTls {
  /** In the words of `--ssl-mode`. */
  mode?: TlsMode
  ca?: string
  cert?: string
  key?: string
}

/** How a connection is encrypted, for `doctor`. */
const WORDS: Record<TlsMode, string> = {
  DISABLED: 'no TLS',
  REQUIRED: 'TLS; the certificate is not checked',
  VERIFY_CA: 'TLS; the certificate is checked, but not the name in it',
  VERIFY_IDENTITY: 'TLS; the certificate and the name in it are checked',
}

/** How the settings together encrypt a connection. */
export const explainTls = (settings: MysqlTls) => WORDS[effectiveMode(settings)]

// Who names files asks for TLS.
const effectiveMode = ({ mode, ca, cert }: MysqlTls): TlsMode =>
  mode ?? (ca !== undefined ? 'VERIFY_CA' : cert !== undefined ? 'REQUIRED' : 'DISABLED')

/** Undefined for no TLS. */
export function tlsOf(settings: MysqlTls): SslOptions | undefined {
  const how = effectiveMode(settings)
  if (how === 'DISABLED') return undefined
  const { ca, cert, key } = settings
  return {
    ...(ca !== undefined && { ca: fileOf('ssl-ca', ca) }),
    ...(cert !== undefined && { cert: fileOf('ssl-cert', cert) }),
    ...(key !== undefined && { key: fileOf('ssl-key', key) }),
    rejectUnauthorized: how !== 'REQUIRED',
    verifyIdentity: how === 'VERIFY_IDENTITY',
  }
}
