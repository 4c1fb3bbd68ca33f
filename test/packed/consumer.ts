import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { repository } from './package.ts'

const programs = fileURLToPath(new URL('consumers', import.meta.url))

/** The drivers, which a project installs as it needs them. */
export const DRIVERS = ['better-sqlite3', 'mysql2', 'postgres']

/**
 * A new project that has the package installed, with what the package itself asks for and nothing more.
 *
 * @param modules - what the project installs besides: drivers, compiler, types
 * @returns its folder, with the programs of `consumers` in it
 */
export function consumer(packageFolder: string, modules: string[]): string {
  const folder = temporaryFolder('consumer')
  cpSync(programs, folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  cpSync(packageFolder, join(folder, 'node_modules', 'stored-session'), { recursive: true })
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  const required = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !DRIVERS.includes(name))
  for (const name of [...required, ...modules]) link(folder, name)
  return folder
}

// A link of its own for each, so that a package nobody asked for is not found.
function link(folder: string, name: string): void {
  const path = join(folder, 'node_modules', name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(join(repository, 'node_modules', name), path)
}
