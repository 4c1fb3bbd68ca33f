import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installedPackage } from '../examples/example-chromium.ts'
import { execute } from '../harness/command.ts'
import { executables } from '../harness/executables.ts'

/** A certificate for https://localhost, and a home whose browsers trust it. */
export interface Trusted {
  readonly key: Buffer
  readonly cert: Buffer
  /** The folder that a browser takes for its user's home. */
  readonly home: string
}

/** Makes a certificate that Chromium trusts: without one it binds no session. */
export async function trustedCertificate(folder: string): Promise<Trusted> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await run(
    'openssl',
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    cert,
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  )
  const certutil = await installedPackage('libnss3-tools', async () => executables('certutil')[0])
  if (!certutil)
    throw new Error('No certutil to make a browser trust a certificate. Install it: apt-get install libnss3-tools')
  const store = join(folder, '.pki', 'nssdb')
  await run('mkdir', '-p', store)
  await run(certutil, '-d', `sql:${store}`, '-N', '--empty-password')
  await run(certutil, '-d', `sql:${store}`, '-A', '-t', 'CT,C,C', '-n', 'local', '-i', cert)
  return { key: readFileSync(key), cert: readFileSync(cert), home: folder }
}

const run = (...line: string[]) => execute({ line })
