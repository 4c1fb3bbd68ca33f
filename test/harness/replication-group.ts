import { setTimeout as sleep } from 'node:timers/promises'
import { ownServer } from './find-server.ts'
import { freePort } from './free-port.ts'
import { queryMysql } from './mysql-database.ts'
import type { TestServer } from './test-server.ts'

const SIZE = 2
const WHOLE_MS = 60_000
const NAME = '5f3b2c1e-0d4a-4e8f-9b67-1c2d3e4f5a6b'

/** Servers of MySQL that keep one content by group replication, each of which takes writes. */
export class ReplicationGroup {
  readonly members: readonly TestServer[]

  private constructor(members: readonly TestServer[]) {
    this.members = members
  }

  /** Starts a group that the caller alone uses. */
  static async start(): Promise<ReplicationGroup> {
    const ports = await Promise.all(Array.from({ length: SIZE }, freePort))
    const group = new ReplicationGroup(
      await Promise.all(ports.map((_, index) => ownServer('mysql', settingsOf(ports, index)))),
    )
    try {
      for (const [index, member] of group.members.entries()) {
        await member.start()
        await join(member.url, index === 0)
      }
      await group.#whole()
      return group
    } catch (error) {
      await group.remove()
      throw error
    }
  }

  async #whole(): Promise<void> {
    const deadline = Date.now() + WHOLE_MS
    for (;;) {
      const rows = await queryMysql(
        this.members[0]!.url,
        'SELECT member_state AS state FROM performance_schema.replication_group_members',
      )
      const states = rows.map(({ state }) => String(state))
      if (states.length === SIZE && states.every((state) => state === 'ONLINE')) return
      if (Date.now() > deadline) throw new Error(`the group is not whole: ${states.join()}`)
      await sleep(50)
    }
  }

  async remove(): Promise<void> {
    await Promise.all(this.members.map((member) => member.remove()))
  }
}

function settingsOf(ports: readonly number[], index: number): string[] {
  const addresses = ports.map((port) => `127.0.0.1:${port}`)
  return [
    `--server-id=${index + 1}`,
    '--gtid-mode=ON',
    '--enforce-gtid-consistency=ON',
    '--log-bin',
    '--report-host=127.0.0.1',
    '--plugin-load-add=group_replication.so',
    `--group-replication-group-name=${NAME}`,
    '--group-replication-start-on-boot=OFF',
    `--group-replication-local-address=${addresses[index]}`,
    `--group-replication-group-seeds=${addresses.join()}`,
    '--group-replication-single-primary-mode=OFF',
    '--group-replication-enforce-update-everywhere-checks=ON',
    '--group-replication-recovery-get-public-key=ON',
  ]
}

async function join(url: string, isFirst: boolean): Promise<void> {
  // What the server did alone, such as creating its accounts, is not what the group replicates.
  await queryMysql(url, 'RESET BINARY LOGS AND GTIDS')
  await queryMysql(url, "CHANGE REPLICATION SOURCE TO SOURCE_USER = 'root' FOR CHANNEL 'group_replication_recovery'")
  if (isFirst) await queryMysql(url, 'SET GLOBAL group_replication_bootstrap_group = ON')
  await queryMysql(url, 'START GROUP_REPLICATION')
  if (isFirst) await queryMysql(url, 'SET GLOBAL group_replication_bootstrap_group = OFF')
}
