import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'

// Debian keeps servers in sbin, which is not on an ordinary user's PATH.
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** All programs of these names on the machine, the preferred first. */
export function executables(...names: string[]): string[] {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...systemFolders]
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).filter((file) => existsSync(file))
  return [...new Set(found.map((file) => realpathSync(file)))]
}
