import { execFile } from 'node:child_process'
import { cpSync, readdirSync, symlinkSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from '../harness/temporary-folder.ts'

export const run = promisify(execFile)

/** Runs npm as a user would who has a project in this folder. */
export const npm = (args: string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) =>
  run('npm', [...args, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], options)

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Not part of a fresh clone, or made by the build. */
const LEFT_OUT = /^(node_modules|dist|\.git|sessions\.db.*|\.env)$/

/** The package, unpacked and as the archive that is published, and the copy of the repository that it was made of. */
export interface Packed {
  readonly folder: string
  readonly archive: string
  readonly source: string
}

/** Copies the repository as a fresh clone has it. */
export function copyRepository(folder: string): void {
  const entries = readdirSync(repository).filter((name) => !LEFT_OUT.test(name))
  // Another test may be installing them at this moment.
  const filter = (path: string) => !/^test\b.*\bnode_modules\b/.test(relative(repository, path))
  for (const name of entries) cpSync(join(repository, name), join(folder, name), { recursive: true, filter })
}

/** Builds and packs a copy of the repository, as `npm publish` would. */
export async function packed(): Promise<Packed> {
  const copy = temporaryFolder('packing')
  copyRepository(copy)
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'))
  await run('npm', ['pack', '--loglevel=error'], { cwd: copy })
  const archive = readdirSync(copy).find((name) => name.endsWith('.tgz'))!
  await run('tar', ['-xzf', archive], { cwd: copy })
  return { folder: join(copy, 'package'), archive: join(copy, archive), source: copy }
}

/** The paths of all files in a folder, sorted. */
export function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((file) => relative(folder, join(file.parentPath, file.name)).replaceAll(sep, '/')).sort()
}
