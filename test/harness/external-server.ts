import { queryMysql } from './mysql-database.ts'
import { mysqlVersion, postgresVersion } from './server-version.ts'
import { type ServerName, type TestServer, urlVariable } from './test-server.ts'

/** Test files at a time open many stores, each with a pool. */
const CONNECTIONS = 300

/** A server somebody else runs: it can be used, but not stopped. */
export class ExternalServer implements TestServer {
  readonly name: ServerName
  readonly source: string
  readonly url: string
  version = ''

  constructor(name: ServerName, url: string) {
    this.name = name
    this.source = urlVariable(name)
    this.url = url
  }

  async start(): Promise<void> {
    const ask = this.name === 'postgres' ? postgresVersion : mysqlVersion
    this.version = await ask(this.url)
    // As our own servers have it. An account that may not set it has a server with enough of them, or fails by it.
    if (this.name !== 'postgres')
      await queryMysql(this.url, `SET GLOBAL max_connections = ${CONNECTIONS}`).catch(() => {})
  }

  async stop(): Promise<void> {}

  async kill(): Promise<void> {
    throw new Error(`the server of ${this.source} is not ours to kill`)
  }

  async files(): Promise<never> {
    throw new Error(`the files of the server of ${this.source} are not ours to read`)
  }

  async remove(): Promise<void> {}
}
