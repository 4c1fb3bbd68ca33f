import type { SecureVersion } from 'node:tls'
import type { SslOptions } from 'mysql2'
import { tlsFiles, usableTls } from '../../url/faults.ts'
import { type Rule, SWITCH } from '../../url/settings.ts'

export type TlsMode = 'DISABLED' | 'REQUIRED' | 'VERIFY_CA' | 'VERIFY_IDENTITY'

/** What a URL says about TLS. What it does not say is undefined. */
export interface MysqlTls {
  /** In the words of `--ssl-mode`. */
  mode?: TlsMode
  ca?: string
  cert?: string
  key?: string
  minVersion?: SecureVersion
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
const effectiveMode = ({ mode, ca, cert, key }: MysqlTls): TlsMode =>
  mode ?? (ca !== undefined ? 'VERIFY_CA' : (cert ?? key) !== undefined ? 'REQUIRED' : 'DISABLED')

/** Undefined for no TLS. */
export function tlsOf(settings: MysqlTls): SslOptions | undefined {
  const how = effectiveMode(settings)
  if (how === 'DISABLED') return undefined
  const { ca, cert, key, minVersion } = settings
  const files = usableTls({
    ...tlsFiles({ ca, cert, key }, { ca: 'ssl-ca', cert: 'ssl-cert', key: 'ssl-key' }),
    ...(minVersion !== undefined && { minVersion }),
  })
  return { ...files, rejectUnauthorized: how !== 'REQUIRED', verifyIdentity: how === 'VERIFY_IDENTITY' }
}

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
export function tls(values: readonly string[], meaning: Partial<Record<string, TlsMode>> = {}): Rule<MysqlTls> {
  return {
    becomes: explainTls,
    isShown: true,
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

export const sslMode = tls([
  'DISABLED',
  'REQUIRED',
  'VERIFY_CA',
  'VERIFY_IDENTITY',
  'disable',
  'require',
  'verify-ca',
  'verify-full',
])
/** The switches of JDBC, whose "true" checks no certificate. */
export const jdbcSwitch = tls(SWITCH, { true: 'REQUIRED', 1: 'REQUIRED' })

const strict = tls(['true', '1'])

/** The switch of JDBC that can only make the check stricter. */
export const verifies: Rule<MysqlTls> = {
  becomes: explainTls,
  isShown: true,
  read: (value, settings) => (['false', '0'].includes(value) ? undefined : strict.read!(value, settings)),
}

const VERSIONS = new Set<unknown>(['TLSv1.2', 'TLSv1.3'])

/** JSON in a URL, as mysql2 reads it: `ssl={"rejectUnauthorized":true}`. */
export const sslJson: Rule<MysqlTls> = {
  becomes: explainTls,
  isShown: true,
  read(value, settings) {
    const named = tls(SWITCH).read!(value, settings)
    if (named === undefined) return undefined
    try {
      const { rejectUnauthorized = true, minVersion, ...rest } = JSON.parse(value) as Record<string, unknown>
      if (typeof rejectUnauthorized !== 'boolean' || Object.keys(rest).length > 0)
        return 'is an object with other properties than rejectUnauthorized and minVersion'
      if (minVersion !== undefined && !VERSIONS.has(minVersion))
        return `has a minVersion in ssl that is none of ${[...VERSIONS].join(', ')}`
      if (minVersion !== undefined) settings.minVersion = minVersion as SecureVersion
      settings.mode = stricter(settings.mode, rejectUnauthorized ? 'VERIFY_IDENTITY' : 'REQUIRED')
      return undefined
    } catch {
      return 'is neither true nor false, nor JSON such as {"rejectUnauthorized":true}'
    }
  },
}
