import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** An installed package. */
export interface Installed {
  readonly name: string
  readonly version: string
  /** The Node versions that it supports, as a range. */
  readonly node: string
  readonly folder: string
}

interface Manifest {
  readonly version: string
  readonly engines?: { readonly node?: string }
  readonly peerDependencies?: Record<string, string>
  readonly dependencies?: Record<string, string>
}

/** The folder of this package. */
export const ownFolder = folderWithManifest(dirname(fileURLToPath(import.meta.url)))

/** The manifest of this package. */
export const ownManifest = manifestIn(ownFolder)

/** The package that an import in this folder finds, with any exports; undefined where there is none. */
export function installedFrom(folder: string, name: string): Installed | undefined {
  for (let place = realpathSync(folder); ; place = dirname(place)) {
    const found = join(place, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) {
      const { version, engines } = manifestIn(found)
      return { name, version, node: engines?.node ?? '*', folder: realpathSync(found) }
    }
    if (place === dirname(place)) return undefined
  }
}

function folderWithManifest(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : folderWithManifest(dirname(folder))
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
