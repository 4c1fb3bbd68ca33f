import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { type ClusterPlan, galeraNode } from './galera-node.ts'
import { findGalera } from './galera-programs.ts'
import type { LocalServer } from './local-server.ts'
import { queryMysql } from './mysql-database.ts'

const SIZE = 3
const WHOLE_MS = 30_000

/** Three servers of MariaDB that keep one content, each a process that can be killed, paused and started again. */
export class GaleraCluster {
  readonly nodes: readonly LocalServer[]

  private constructor(nodes: readonly LocalServer[]) {
    this.nodes = nodes
  }

  /** Starts a cluster that the caller alone uses. */
  static async start(): Promise<GaleraCluster> {
    const numbers = Array.from({ length: SIZE }, (_, index) => index)
    const ports = await Promise.all(numbers.map(async () => ({ group: await freePort(), transfer: await freePort() })))
    const plan: ClusterPlan = { programs: await findGalera(), ports, isFounding: true, data: undefined }
    const cluster = new GaleraCluster(await Promise.all(numbers.map((number) => galeraNode(plan, number))))
    try {
      await cluster.#found(plan)
    } catch (error) {
      await cluster.remove()
      throw error
    }
    return cluster
  }

  get version(): string {
    return this.nodes[0]!.version
  }

  get source(): string {
    return this.nodes[0]!.source
  }

  /** Waits until every node has all the others, and takes statements. */
  async whole(): Promise<void> {
    const deadline = Date.now() + WHOLE_MS
    while (!(await this.isWhole())) {
      if (Date.now() > deadline) throw await this.#missing()
      await sleep(50)
    }
  }

  async #missing(): Promise<Error> {
    const states = await this.#states()
    const logs = this.nodes.filter((_, index) => states[index] !== states.at(-1)).map(({ endOfLog }) => endOfLog)
    return new Error(`a node was missing still: ${states.join('; ')}\n${logs.join('\n\n')}`)
  }

  async isWhole(): Promise<boolean> {
    return (await this.#states()).every((state) => state === `Synced, ${SIZE}`)
  }

  #states(): Promise<string[]> {
    return Promise.all(this.nodes.map(({ url }) => stateOf(url)))
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.remove()))
  }

  async #found(plan: ClusterPlan): Promise<void> {
    const [first, ...others] = this.nodes
    // Whoever has been in the cluster once, and was stopped in order, needs only what came later.
    await first!.start()
    await first!.stop()
    await Promise.all(others.map((node) => node.initialise()))
    await first!.start()
    plan.isFounding = false
    // One after the other: of two that join at once the cluster would be shut twice as long.
    for (const node of others) await node.start()
  }
}

async function stateOf(url: string): Promise<string> {
  try {
    const rows = await queryMysql(
      url,
      "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_local_state_comment')",
    )
    const { wsrep_local_state_comment: state, wsrep_cluster_size: size } = Object.fromEntries(
      rows.map((row) => [row.Variable_name, row.Value]),
    )
    return `${state}, ${size}`
  } catch (error) {
    return (error as Error).message
  }
}
