import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate and its key, as files. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Who signs certificates for a test. */
export interface Authority {
  /** Its own certificate, as a file. */
  readonly cert: string
  /** Signs a certificate for a server of this name and for no other, or for a client; makes its files anew. */
  sign(file: string, name: string): Certificate
}

/** Makes an authority of a test's own, whose files a server under any account can read. */
export function makeAuthority(folder: string, name: string): Authority {
  const at = (file: string) => join(folder, `${name}-${file}`)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const newKey = (file: string, subject: string) => [
    ...['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', subject, '-keyout', file],
  ]
  const [cert, key] = [at('authority.crt'), at('authority.key')]
  openssl('req', '-x509', ...newKey(key, `/CN=${name} of the tests`), '-out', cert)
  return {
    cert,
    sign(file, subject) {
      const signed = { cert: at(`${file}.crt`), key: at(`${file}.key`) }
      const [request, names] = [at(`${file}.csr`), at(`${file}.names`)]
      openssl('req', ...newKey(signed.key, `/CN=${subject}`), '-out', request)
      writeFileSync(names, `subjectAltName=DNS:${subject}\n`)
      const by = ['-CA', cert, '-CAkey', key, '-CAcreateserial']
      openssl('x509', '-req', '-in', request, ...by, '-days', '2', '-extfile', names, '-out', signed.cert)
      chmodSync(signed.key, 0o600)
      return signed
    },
  }
}

/** A copy of a key that opens with a password. */
export function withPassword(key: string, password: string): string {
  const file = `${key}.encrypted`
  execFileSync('openssl', ['pkey', '-in', key, '-aes256', '-passout', `pass:${password}`, '-out', file], {
    stdio: 'pipe',
  })
  return file
}
