import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A package as it is installed. */
export interface Installed {
  readonly name: string
  readonly version: string
  /** What it says of Node, as a range. */
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
export const ownFolder = fileURLToPath(new URL('../../..', import.meta.url))

/** What this package asks of its surroundings. */
export const ownManifest = manifestIn(ownFolder)

/** The package that an import in this folder finds, whatever it exports; undefined where there is none. */
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

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
