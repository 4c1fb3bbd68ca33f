import { readFileSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { execute } from './command.ts'
import type { GaleraPrograms } from './galera-programs.ts'
import { transferEnvironment, transferMethod } from './galera-state-transfer.ts'
import { type LocalServer, localServer } from './local-server.ts'
import { initialiseMariadb } from './mariadb-server.ts'
import { baseLine, networkSettings, rootUrl } from './mysql-programs.ts'
import { syncedVersion } from './server-version.ts'

/** What the nodes of a cluster know of each other. */
export interface ClusterPlan {
  readonly programs: GaleraPrograms
  /** The ports on which each node speaks with the others. */
  readonly ports: readonly { group: number; transfer: number }[]
  /** Whether the node that starts next makes the cluster, instead of joining it. */
  isFounding: boolean
  /** The data of the first node, which the others begin with. */
  data: string | undefined
}

export function galeraNode(plan: ClusterPlan, number: number): Promise<LocalServer> {
  const { binary } = plan.programs
  return localServer({
    name: 'mariadb',
    source: binary.source,
    askVersion: syncedVersion,
    signals: { stop: 'SIGTERM', discard: 'SIGKILL' },
    url: rootUrl,
    async initialise(folder) {
      const data = join(folder, 'data')
      if (plan.data) return cp(plan.data, data, { recursive: true })
      await initialiseMariadb(binary, folder)
      plan.data = data
    },
    async command(folder, port) {
      const line = [
        ...baseLine(binary, folder),
        ...networkSettings(folder, port),
        '--character-set-server=utf8mb4',
        ...wsrepSettings(plan, number),
      ]
      const position = await positionOf(line, folder)
      return {
        line: [...line, ...(position ? [`--wsrep-start-position=${position}`] : [])],
        env: transferEnvironment(join(folder, 'programs')),
      }
    },
  })
}

function wsrepSettings({ programs, ports, isFounding }: ClusterPlan, number: number): string[] {
  const { group, transfer } = ports[number]!
  const peers = isFounding ? '' : ports.map((port) => `127.0.0.1:${port.group}`).join()
  const options = [
    ...providerOptions,
    `gmcast.listen_addr=tcp://127.0.0.1:${group}`,
    `ist.recv_addr=127.0.0.1:${transfer}`,
  ]
  return [
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    '--wsrep-on=ON',
    `--wsrep-provider=${programs.library}`,
    '--wsrep-cluster-name=stored-session-test',
    `--wsrep-cluster-address=gcomm://${peers}`,
    '--wsrep-node-address=127.0.0.1',
    `--wsrep-node-name=n${number}`,
    `--wsrep-sst-method=${transferMethod}`,
    `--wsrep-provider-options=${options.join(';')}`,
    ...(isFounding ? ['--wsrep-new-cluster'] : []),
  ]
}

// A node that is gone is given up after two seconds, in place of five.
const providerOptions = [
  'gcache.size=128M',
  'evs.keepalive_period=PT0.3S',
  'evs.inactive_check_period=PT0.3S',
  'evs.suspect_timeout=PT2S',
  'evs.inactive_timeout=PT4S',
]

/** How far a node that was killed had come: it did not write that down, but InnoDB knows. */
async function positionOf(line: string[], folder: string): Promise<string | undefined> {
  if (!/seqno:\s+-1\s/.test(stateOf(folder))) return undefined
  const log = join(folder, 'recovery.log')
  rmSync(log, { force: true })
  await execute({ line: [...line, '--wsrep-recover', `--log-error=${log}`] })
  return /Recovered position:\s*(\S+)/.exec(readFileSync(log, 'utf8'))?.[1]
}

function stateOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'data', 'grastate.dat'), 'utf8')
  } catch (error) {
    // A node that has never been in a cluster.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
