import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** Seconds of processor time that a process and its children have used so far. */
export function cpuSeconds(pid: number): number {
  const own = statOf(pid)
  if (!own) return 0
  // Of those that ended already the parent has kept the sum.
  return [own, ...childrenOf(pid).map(statOf)].reduce((sum, stat) => sum + (stat ? ticks(stat) : 0), 0) / ticksPerSecond
}

/** The process that listens on a port of this machine, if it is one of the same system. */
export function listenerOn(port: number): number | undefined {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listening(file, port)))
  const pids = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []))
  return pids.sort((a, b) => a - b).find((pid) => socketsOf(pid).some((inode) => inodes.has(inode)))
}

// The name in parentheses may hold anything; what follows the last one is numbers.
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

// utime, stime, cutime and cstime.
const ticks = (stat: string[]) => stat.slice(11, 15).reduce((sum, value) => sum + Number(value), 0)

function childrenOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    const lists = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'))
    const children = lists.flatMap((list) => list.trim().split(' ').filter(Boolean)).map(Number)
    return children.flatMap((child) => [child, ...childrenOf(child)])
  } catch {
    return []
  }
}

const LISTEN = '0A'

function listening(file: string, port: number): string[] {
  const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1)
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const fields = rows.map((row) => row.trim().split(/\s+/))
  return fields.flatMap(([, local, , state, , , , , , inode]) =>
    local?.endsWith(suffix) && state === LISTEN ? inode! : [],
  )
}

function socketsOf(pid: number): string[] {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
  } catch {
    return []
  }
}
