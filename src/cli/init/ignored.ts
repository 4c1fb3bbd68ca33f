import { spawnSync } from 'node:child_process'

/** What git does with a file: leaves it out of what is committed, or may commit it; or there is no git here. */
export type Ignored = 'ignored' | 'committed' | 'no git'

export function ignoredByGit(folder: string, path: string): Ignored {
  const { status } = spawnSync('git', ['check-ignore', '--quiet', '--', path], { cwd: folder, stdio: 'ignore' })
  if (status === 0) return 'ignored'
  return status === 1 ? 'committed' : 'no git'
}
