import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'

/** A fault of a URL that its message says. It names settings, and holds nothing else of the URL. */
class UrlFault extends Error {}

/** Refuses a URL, with a clause such as "names a file that cannot be read; correct the path". */
export function refuseUrl(fault: string): never {
  throw new UrlFault(fault)
}

/** The file that a setting names. Its path is no secret, but its content may be. */
function fileOf(setting: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    return refuseUrl(
      `names a file in ${setting} that cannot be read (${(error as NodeJS.ErrnoException).code}); correct the path`,
    )
  }
}

/** Files of TLS: the certificates that the server must be signed by, and the certificate of the client with its key. */
interface TlsFiles<Kind> {
  ca?: Kind
  cert?: Kind
  key?: Kind
}

/**
 * Reads the files of TLS that a URL names.
 *
 * @param names - the settings that name them
 */
export function tlsFiles(paths: TlsFiles<string | undefined>, names: Required<TlsFiles<string>>): TlsFiles<Buffer> {
  const [present, absent] = paths.cert === undefined ? [names.key, names.cert] : [names.cert, names.key]
  if ((paths.cert === undefined) !== (paths.key === undefined))
    refuseUrl(
      `has ${present} without ${absent}, and the client needs both; add ${absent}, or name the certificates of the server in ${names.ca}`,
    )
  const files: TlsFiles<Buffer> = {}
  for (const kind of ['ca', 'cert', 'key'] as const) {
    const path = paths[kind]
    if (path !== undefined) files[kind] = fileOf(names[kind], path)
  }
  return files
}

/** Options of TLS whose files are what they have to be: a driver would find out where no caller can catch it. */
export function usableTls<Options extends SecureContextOptions>(options: Options): Options {
  try {
    createSecureContext(options)
    return options
  } catch (error) {
    return refuseUrl(
      `names files for TLS that cannot be used (${(error as NodeJS.ErrnoException).code}); correct the certificates, the key or its password`,
    )
  }
}

/** The fault behind an error of reading a URL, a clause without the URL: it may hold a password. */
export function faultOf(error: unknown): string {
  if (error instanceof UrlFault) return error.message
  if (error instanceof URIError)
    return 'has a percent sign that begins no encoded character; write %25 for the sign itself'
  return 'is not a valid URL; percent-encode the password'
}
