import { appendFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { execute } from './command.ts'
import type { LocalServer } from './local-server.ts'
import { replicatingPostgres } from './postgres-replication.ts'
import { type PostgresPrograms, postgresServer } from './postgres-server.ts'
import { type Row, randomName, type TestDatabase } from './test-database.ts'

/** Whether a commit waits until the standby has it on disk. */
export type Mode = 'synchronous' | 'asynchronous'

// In the file, because pg_rewind starts a server that was killed once more, by itself: what pg_rewind needs, and enough of
// the journal for a server that was away.
const SETTINGS = ['wal_keep_size = 1GB', 'max_wal_size = 2GB']
// On the command line of every server of the tests it is off.
const ON_COMMAND_LINE = ['-c', 'full_page_writes=on']

const SETTLING_MS = 200
const LIMIT_MS = 60_000

/** A primary and its streaming standby, which take turns. */
export class PostgresPair {
  readonly mode: Mode
  readonly #programs: PostgresPrograms
  readonly #folders = new Map<LocalServer, string>()
  /** How often a server was made a standby from what it had, and how often from a copy of everything. */
  readonly rejoined = { rewound: 0, copied: 0 }
  primary!: LocalServer
  standby!: LocalServer

  private constructor(mode: Mode, programs: PostgresPrograms) {
    this.mode = mode
    this.#programs = programs
  }

  /** Starts both; the standby has all that the primary has. */
  static async start(mode: Mode): Promise<PostgresPair> {
    const pair = new PostgresPair(mode, await replicatingPostgres())
    pair.primary = await pair.#server()
    await pair.primary.start()
    pair.standby = await pair.#server((data) => pair.#copyTo(data))
    await pair.standby.start()
    await pair.#beInStep()
    return pair
  }

  /** A new database, whose URL names both servers. */
  async createDatabase(): Promise<TestDatabase> {
    const name = randomName()
    await this.#ask(`create database ${name}`)
    const [one, other] = [this.primary, this.standby].map(({ url }) => new URL(url).host)
    const query = async (text: string, values: unknown[] = []) => this.#ask(text, values, name)
    return {
      name: 'postgres',
      dialect: 'pg',
      url: `postgres://postgres@${one},${other}/${name}?target_session_attrs=read-write`,
      query,
      dump: () => Promise.reject(new Error('a database of a pair is not dumped')),
      drop: async () => void (await this.#ask(`drop database ${name} with (force)`)),
    }
  }

  /** The URL of a database with the servers in the other order. */
  reversed(url: string): string {
    return url.replace(/@([^,/]+),([^/]+)/, '@$2,$1')
  }

  killPrimary(): Promise<void> {
    return this.primary.kill()
  }

  /** Makes the standby the primary of nobody: there is no standby until {@link rejoin}, so commits wait for none. */
  async promote(): Promise<void> {
    ;[this.primary, this.standby] = [this.standby, this.primary]
    if (this.mode === 'synchronous') await this.#waitFor('')
    await this.#ask('select pg_promote(true, 60)')
  }

  /** Makes the server that was killed the standby of the other one, and waits until it has everything. */
  async rejoin(): Promise<void> {
    await this.#ask('checkpoint')
    await this.#rewind().catch(() => this.#copyAnew())
    await this.standby.start()
    await this.#beInStep()
  }

  async remove(): Promise<void> {
    await Promise.allSettled([this.standby, this.primary].map((server) => server?.remove()))
  }

  async #server(fill?: (data: string) => Promise<void>): Promise<LocalServer> {
    const server: LocalServer = await postgresServer(this.#programs, ON_COMMAND_LINE, async (data) => {
      this.#folders.set(server, data)
      await (fill ? fill(data) : this.#initialise(data))
    })
    return server
  }

  async #initialise(data: string): Promise<void> {
    const options = ['--username=postgres', '--auth=trust', '--locale=C', '--no-sync', '--data-checksums']
    await this.#run('initdb', `--pgdata=${data}`, ...options)
    appendFileSync(join(data, 'postgresql.conf'), `${SETTINGS.join('\n')}\n`)
  }

  async #copyTo(data: string): Promise<void> {
    const options = ['--write-recovery-conf', '--checkpoint=fast', '--wal-method=stream', '--no-sync']
    await this.#run('pg_basebackup', `--pgdata=${data}`, `--dbname=${this.primary.url}`, ...options)
  }

  async #rewind(): Promise<void> {
    const data = this.#folders.get(this.standby)!
    const options = ['--write-recovery-conf', '--no-sync']
    await this.#run('pg_rewind', `--target-pgdata=${data}`, `--source-server=${this.primary.url}`, ...options)
    this.rejoined.rewound++
  }

  async #copyAnew(): Promise<void> {
    const data = this.#folders.get(this.standby)!
    for (const entry of readdirSync(data)) rmSync(join(data, entry), { recursive: true })
    await this.#copyTo(data)
    this.rejoined.copied++
  }

  /** Waits until the standby has all that the primary has; from then on, if synchronous, commits wait for it. */
  async #beInStep(): Promise<void> {
    await this.#untilStandby(`state = 'streaming'`)
    if (this.mode === 'synchronous') {
      await this.#waitFor('*')
      await this.#untilStandby(`sync_state = 'sync'`)
      // Processes of the server read their settings one after the other.
      await sleep(SETTLING_MS)
    }
    const [row] = await this.#ask('select pg_current_wal_lsn()::text as position')
    await this.#untilStandby(`replay_lsn >= '${row!.position}'::pg_lsn`)
  }

  async #untilStandby(holds: string): Promise<void> {
    const deadline = performance.now() + LIMIT_MS
    while ((await this.#ask(`select 1 from pg_stat_replication where ${holds}`)).length === 0) {
      if (performance.now() > deadline) throw new Error(`waited in vain for a standby of which ${holds}`)
      await sleep(20)
    }
  }

  async #waitFor(standbys: string): Promise<void> {
    await this.#ask(`alter system set synchronous_standby_names = '${standbys}'`)
    await this.#ask('select pg_reload_conf()')
  }

  /** Asks the primary, or the server that is to be it. */
  async #ask(text: string, values: unknown[] = [], database = 'postgres'): Promise<Row[]> {
    const sql = postgres(this.primary.url, { max: 1, database, connect_timeout: 10, onnotice: () => {} })
    try {
      return [...(await sql.unsafe<Row[]>(text, values as postgres.ParameterOrJSON<never>[]))]
    } finally {
      await sql.end({ timeout: 0 })
    }
  }

  async #run(name: string, ...words: string[]): Promise<void> {
    const { folder, account, env } = this.#programs
    await execute({ line: [join(folder, name), ...words], account, ...(env && { env }) })
  }
}
