import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** The sources of the entry points, by their names in package.json. */
export function entryPoints(): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(`${repository}package.json`, 'utf8')) as {
    exports: Record<string, { types?: string }>
  }
  const typed = Object.entries(exports).filter(([, { types }]) => types !== undefined)
  return new Map(typed.map(([name, { types }]) => [name, types!.replace(/^\.\/dist\/(.*)\.d\.ts$/, 'src/$1.ts')]))
}
