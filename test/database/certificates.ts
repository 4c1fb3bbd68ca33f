import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Certificates of a test's own, as files that a server under any account can read. */
export interface Certificates {
  /** The certificate of who signed that of the server, and of another who did not. */
  readonly authority: string
  readonly otherAuthority: string
  readonly cert: string
  readonly key: string
}

/** Makes certificates for a server of this name, and for no other. */
export function makeCertificates(folder: string, name: string): Certificates {
  const at = (file: string) => join(folder, file)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  for (const authority of ['authority', 'other'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${authority} of the tests`,
      '-keyout',
      `${authority}.key`,
      '-out',
      `${authority}.crt`,
    )
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout', 'server.key', '-out', 'server.csr')
  writeFileSync(at('names'), `subjectAltName=DNS:${name}\n`)
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'authority.crt',
    '-CAkey',
    'authority.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.crt',
  )
  chmodSync(at('server.key'), 0o600)
  return {
    authority: at('authority.crt'),
    otherAuthority: at('other.crt'),
    cert: at('server.crt'),
    key: at('server.key'),
  }
}
