import assert from 'node:assert/strict'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { StoredSessionStore } from '../../src/index.ts'
import { isRoot, unprivilegedAccount } from '../harness/account.ts'
import { ownServer } from '../harness/find-server.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId, secret } from '../support/stores.ts'
import { type Authority, makeAuthority } from './certificates.ts'

/** What a server reports of a connection. */
export interface Reported {
  ssl: boolean
  /** Of the client's certificate. */
  subject: string | null
  /** Of TLS. */
  version: string | null
  address: string | null
  database: string
}

/** Who may sign in how: the tests as they like, and two users with a certificate, one by name and one by its authority. */
const SIGNING_IN = `
local all all trust
host all postgres all trust
hostssl all demanding all trust
hostssl all certified all cert
hostssl all checked all trust clientcert=verify-ca
`

/** A PostgreSQL server with TLS, a socket and IPv6, which one suite has to itself. */
export interface CertifiedServer {
  readonly port: string
  /** Where its socket is. */
  readonly folder: string
  /** Who signed its certificate, for "localhost" and no other name. */
  readonly authority: Authority
  readonly otherAuthority: Authority
  readonly admin: ReturnType<typeof postgres>
  /** Saves and reads one session, and returns what the server reports of the connection. */
  use(url: string): Promise<Reported>
  stop(): Promise<void>
}

export async function startCertifiedServer(): Promise<CertifiedServer> {
  const folder = temporaryFolder('certified')
  chmodSync(folder, 0o777)
  const authority = makeAuthority(folder, 'known')
  const otherAuthority = makeAuthority(folder, 'other')
  const server = await ownServer(
    'postgres',
    settingsIn(folder, authority).flatMap((setting) => ['-c', setting]),
  )
  await server.start()
  const admin = postgres(server.url, { max: 1, onnotice: () => {} })
  return {
    ...{ folder, authority, otherAuthority, admin },
    port: new URL(server.url).port,
    use: (url) => use(url, admin),
    async stop() {
      await admin.end()
      await server.stop()
    },
  }
}

function settingsIn(folder: string, authority: Authority): string[] {
  const { cert, key } = authority.sign('server', 'localhost')
  if (isRoot) {
    const { uid, gid } = unprivilegedAccount()
    chownSync(key, uid, gid)
  }
  const rules = join(folder, 'hba')
  writeFileSync(rules, SIGNING_IN)
  return [
    'listen_addresses=127.0.0.1,::1',
    `unix_socket_directories=${folder}`,
    'ssl=on',
    `ssl_cert_file=${cert}`,
    `ssl_key_file=${key}`,
    `ssl_ca_file=${authority.cert}`,
    `hba_file=${rules}`,
  ]
}

async function use(url: string, admin: CertifiedServer['admin']): Promise<Reported> {
  const store = new StoredSessionStore({ database: url, secret, migrate: true, trim: false })
  try {
    const id = newId()
    await save(store, id, newSession({ n: 1 }))
    assert.equal((await loaded(store, id)).n, 1)
    const [row] =
      await admin.unsafe(`select s.ssl, s.client_dn as subject, s.version, a.client_addr as address, a.datname as database
      from pg_stat_ssl s join pg_stat_activity a using (pid)
      where a.query like '%stored_sessions%' and a.pid <> pg_backend_pid() order by a.state_change desc limit 1`)
    return row as never
  } finally {
    await store.close()
  }
}
