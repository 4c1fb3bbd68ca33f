import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers'
import { freePort } from './free-port.ts'
import { filesOfArchive } from './server-files.ts'
import { mysqlVersion, postgresVersion } from './server-version.ts'
import type { ServerFile, ServerName, TestServer } from './test-server.ts'

interface Image {
  name: string
  port: number
  environment: Record<string, string>
  command: string[]
  /** Where its data are. */
  folder: string
  url(address: string): string
  askVersion(url: string): Promise<string>
}

const mysqlUrl = (address: string) => `mysql://root@${address}/mysql`

const images: Record<ServerName, Image> = {
  postgres: {
    name: 'postgres:18',
    port: 5432,
    environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
    command: ['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'max_connections=300'],
    folder: '/var/lib/postgresql',
    url: (address) => `postgres://postgres@${address}/postgres`,
    askVersion: postgresVersion,
  },
  mariadb: {
    name: 'mariadb:lts',
    port: 3306,
    environment: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: '1' },
    command: ['--innodb-flush-log-at-trx-commit=2', '--max-connections=300'],
    folder: '/var/lib/mysql',
    url: mysqlUrl,
    askVersion: mysqlVersion,
  },
  mysql: {
    name: 'mysql:lts',
    port: 3306,
    environment: { MYSQL_ALLOW_EMPTY_PASSWORD: '1' },
    command: ['--innodb-flush-log-at-trx-commit=2', '--max-connections=300', '--disable-log-bin'],
    folder: '/var/lib/mysql',
    url: mysqlUrl,
    askVersion: mysqlVersion,
  },
}

const startLimit = 120_000

/** A container; undefined when no Docker engine answers. */
export async function dockerServer(name: ServerName, settings: string[]): Promise<TestServer | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers')
  const client = await getContainerRuntimeClient().catch(() => undefined)
  return client && new DockerServer(name, settings, client, await freePort())
}

class DockerServer implements TestServer {
  readonly name: ServerName
  readonly source: string
  readonly url: string
  version = ''
  readonly #image: Image
  readonly #client: ContainerRuntimeClient
  readonly #port: number
  #container: StartedTestContainer | undefined

  constructor(name: ServerName, settings: string[], client: ContainerRuntimeClient, port: number) {
    const image = images[name]
    this.#image = { ...image, command: [...image.command, ...settings] }
    this.#client = client
    // A fixed port on the host, because Docker would give the container another one at its next start.
    this.#port = port
    this.name = name
    this.source = `Docker image ${this.#image.name}`
    this.url = this.#image.url(`${client.info.containerRuntime.host}:${port}`)
  }

  async start(): Promise<void> {
    if (this.#container) await this.#handle().start()
    else this.#container = await this.#create()
    const deadline = Date.now() + startLimit
    for (;;) {
      try {
        this.version = await this.#image.askVersion(this.url)
        return
      } catch (cause) {
        if (Date.now() > deadline) throw new Error(`${this.name} (${this.source}) did not answer in time`, { cause })
        await sleep(200)
      }
    }
  }

  async #create(): Promise<StartedTestContainer> {
    const { GenericContainer } = await import('testcontainers')
    return new GenericContainer(this.#image.name)
      .withEnvironment(this.#image.environment)
      .withCommand(this.#image.command)
      .withExposedPorts({ container: this.#image.port, host: this.#port })
      .withStartupTimeout(startLimit)
      .start()
  }

  async stop(): Promise<void> {
    if (this.#container) await this.#handle().stop()
  }

  async kill(): Promise<void> {
    if (this.#container) await this.#handle().kill()
  }

  async files(): Promise<ServerFile[]> {
    if (!this.#container) return []
    return filesOfArchive(await this.#container.copyArchiveFromContainer(this.#image.folder))
  }

  async remove(): Promise<void> {
    await this.#container?.stop()
    this.#container = undefined
  }

  // StartedTestContainer can be stopped only once, and not killed.
  #handle() {
    if (!this.#container) throw new Error(`${this.name} has no container yet`)
    return this.#client.container.getById(this.#container.getId())
  }
}
