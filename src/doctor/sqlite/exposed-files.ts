import { statSync } from 'node:fs'
import { type Found, warning } from '../findings/finding.ts'

/** The permissions of group and others to read or write. */
const BY_OTHERS = 0o066

/** The files of a database that other users of this machine can read or write, with their modes. */
export function exposedFiles(database: string): Map<string, string> {
  const exposed = new Map<string, string>()
  // Windows has no such modes.
  if (process.platform === 'win32') return exposed
  for (const path of [database, `${database}-wal`, `${database}-shm`]) {
    const { mode = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {}
    if ((mode & BY_OTHERS) !== 0) exposed.set(path, (mode & 0o777).toString(8))
  }
  return exposed
}

/** Warns about files that reveal the ids of users and the times of their visits. */
export function exposureOf(files: Map<string, string>): Found[] {
  if (files.size === 0) return []
  const named = [...files].map(([path, mode]) => `${path} (mode ${mode})`)
  return [
    warning(
      `other users of this machine can read or write ${named.join(', ')}`,
      `Unless this is intended, run as the owner: chmod 600 ${[...files.keys()].map(quoted).join(' ')}`,
    ),
  ]
}

const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
