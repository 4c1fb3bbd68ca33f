import { execFileSync } from 'node:child_process'

export interface Account {
  name: string
  uid: number
  gid: number
}

export const isRoot = process.getuid?.() === 0

// PostgreSQL refuses to run as root, so root lends it an account that can do nothing else.
export function unprivilegedAccount(): Account {
  for (const name of ['postgres', 'nobody']) {
    const uid = identity('-u', name)
    const gid = identity('-g', name)
    if (uid !== undefined && gid !== undefined) return { name, uid, gid }
  }
  throw new Error('PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it as')
}

function identity(option: string, name: string): number | undefined {
  try {
    return Number(execFileSync('id', [option, name], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }))
  } catch {
    return undefined
  }
}
