import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** A file as it is to be, beside what it is. */
export interface PlannedFile {
  /** Relative to the folder of the project. */
  readonly path: string
  readonly content: string
  /** `same`: there is nothing to do. `other`: it has content that must not be lost. */
  readonly state: 'new' | 'same' | 'longer' | 'other'
  /** What comes to the end of a file that gets longer, or all of a new one; for people. */
  readonly added: string
  /** Whether only its owner may read it. */
  readonly isPrivate?: boolean
}

/** A file that is to have this content. */
export function plannedFile(folder: string, path: string, content: string): PlannedFile {
  const before = contentOf(resolve(folder, path))
  const state = before === undefined ? 'new' : before === content ? 'same' : 'other'
  return { path, content, state, added: content }
}

/** A file that is to have these lines, each unless the variable that it sets is set already. */
export function plannedVariables(
  folder: string,
  path: string,
  variables: Readonly<Record<string, string>>,
  isPrivate = false,
): PlannedFile {
  const before = contentOf(resolve(folder, path))
  const isSet = (name: string) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, 'm').test(before ?? '')
  const missing = Object.entries(variables).filter(([name]) => !isSet(name))
  const added = missing.map(([, lines]) => `${lines}\n`).join('')
  const gap = before && !before.endsWith('\n') ? '\n' : ''
  const state = added === '' ? 'same' : before === undefined ? 'new' : 'longer'
  return { path, content: `${before ?? ''}${gap}${added}`, state, added, isPrivate }
}

/** Writes a file, and makes the folders above it. */
export function writeFile(folder: string, { path, content, isPrivate }: PlannedFile): void {
  const file = resolve(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content, isPrivate ? { mode: 0o600 } : {})
}

function contentOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
