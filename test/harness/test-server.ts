import type { PooledName } from './pooled-database.ts'

export type ServerName = 'postgres' | 'mariadb' | 'mysql'

export const serverNames: readonly ServerName[] = ['postgres', 'mariadb', 'mysql']

export interface ServerFile {
  /** Relative to a folder of the server's, with slashes. */
  readonly path: string
  /** Without the zeros behind: journals are made large before they fill. */
  readonly bytes: Buffer
}

export interface TestServer {
  readonly name: ServerName
  /** Where the server comes from, in words. */
  readonly source: string
  /** An account that may create databases. The same after every start. */
  readonly url: string
  /** What the running server says it is; empty before the first start. */
  readonly version: string
  /** Resolves when the server answers SQL. After stop() or kill(): same port, same data. */
  start(): Promise<void>
  /** Orderly shutdown; the data stays. */
  stop(): Promise<void>
  /** SIGKILL; the data stays as it is. */
  kill(): Promise<void>
  /** All that it has written so far: data, journals and logs. */
  files(): Promise<ServerFile[]>
  /** Stops the server if it runs and deletes its data. */
  remove(): Promise<void>
}

/** Of Galera it holds the URL of each node, comma-separated; of a pooler that of its console. */
export function urlVariable(name: ServerName | 'galera' | PooledName): string {
  return `TEST_${name.replaceAll('-', '_').toUpperCase()}_URL`
}
