import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { repository } from './package.ts'

const programs = fileURLToPath(new URL('consumers', import.meta.url))

/**
 * A new project that has the package installed, with what it needs in any case and nothing more.
 *
 * @param modules - what the project installs besides: drivers, clients for metrics, compiler, types
 * @returns its folder, with the programs of `consumers` in it
 */
export function consumer(packageFolder: string, modules: string[]): string {
  const folder = temporaryFolder('consumer')
  cpSync(programs, folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  linkPackages(folder, packageFolder, modules)
  return folder
}

/** Gives a project the package, what it needs in any case, and these modules of ours, without npm. */
export function linkPackages(folder: string, packageFolder: string, modules: string[]): void {
  cpSync(packageFolder, join(folder, 'node_modules', 'stored-session'), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifest
  linkPrograms(folder, manifest.bin)
  const isOptional = (name: string) => peerDependenciesMeta[name]?.optional === true
  const required = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => !isOptional(name))
  for (const name of new Set([...required, ...modules])) link(folder, name)
}

// As npm does when it installs.
function linkPrograms(folder: string, programs: Record<string, string>): void {
  mkdirSync(join(folder, 'node_modules', '.bin'))
  for (const [name, path] of Object.entries(programs)) {
    const program = join(folder, 'node_modules', 'stored-session', path)
    chmodSync(program, 0o755)
    symlinkSync(program, join(folder, 'node_modules', '.bin', name))
  }
}

// A link of its own for each, so that a package nobody asked for is not found.
function link(folder: string, name: string): void {
  const path = join(folder, 'node_modules', name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(join(repository, 'node_modules', name), path)
}
