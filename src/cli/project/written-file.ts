import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CommandError } from '../frame/errors.ts'
import { contentOf, linkRefusal, narrow, notAFile, OWNER_ONLY, openModeOf, refuseUnsafe } from './file-access.ts'

/** A file with its new content and its current content. */
export interface PlannedFile {
  /** Relative to the folder of the project. */
  readonly path: string
  readonly content: string
  /** What it holds now; undefined where there is none. */
  readonly before: string | undefined
  /** `same`: there is nothing to do. `other`: it has content that must not be lost. */
  readonly state: 'new' | 'same' | 'longer' | 'other'
  /** What comes to the end of a file that gets longer, or all of a new one; for people. */
  readonly added: string
  /** Whether only its owner may read it. */
  readonly isPrivate: boolean
  /** The mode of a private file that others have access to now, in octal digits. */
  readonly openMode: string | undefined
}

/** A file that is to have this content. @throws where something else than a file has its name */
export function plannedFile(folder: string, path: string, content: string): PlannedFile {
  const before = contentOf(folder, path)
  const state = before === undefined ? 'new' : before === content ? 'same' : 'other'
  return { path, content, before, state, added: content, isPrivate: false, openMode: undefined }
}

/**
 * A file that is to have these lines, each unless the variable that it sets is set already.
 *
 * @throws where something else than a file has its name
 */
export function plannedVariables(
  folder: string,
  path: string,
  variables: Readonly<Record<string, string>>,
  isPrivate = false,
): PlannedFile {
  const before = contentOf(folder, path)
  const isSet = (name: string) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, 'm').test(before ?? '')
  const missing = Object.entries(variables).filter(([name]) => !isSet(name))
  const added = missing.map(([, lines]) => `${lines}\n`).join('')
  const gap = before && !before.endsWith('\n') ? '\n' : ''
  const state = added === '' ? 'same' : before === undefined ? 'new' : 'longer'
  const openMode = isPrivate ? openModeOf(folder, path) : undefined
  return { path, content: `${before ?? ''}${gap}${added}`, before, state, added, isPrivate, openMode }
}

/**
 * Writes a file, and creates the folders above it. A private one is readable by its owner alone before the content is in
 * it.
 *
 * @throws where the file is a symbolic link, has changed since it was planned, or cannot be made private
 */
export function writeFile(folder: string, planned: PlannedFile): void {
  const { path, content, before = '', state, isPrivate } = planned
  refuseUnsafe(folder, planned)
  const handle = openPlanned(folder, planned)
  try {
    if (!fstatSync(handle).isFile()) throw notAFile(path)
    // What it had is kept to the byte, so that only the rest is written.
    const rest = state === 'longer' ? content.slice(before.length) : content
    if (state === 'longer' && readFileSync(handle, 'utf8') !== before) throw changed(path)
    if (isPrivate) narrow(handle, path)
    writeFileSync(handle, rest)
  } finally {
    closeSync(handle)
  }
}

const { O_CREAT, O_EXCL, O_RDWR, O_TRUNC, O_WRONLY } = constants
// Windows has neither.
const SAFELY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const FLAGS = { new: O_WRONLY | O_CREAT | O_EXCL, longer: O_RDWR, other: O_WRONLY | O_TRUNC, same: O_RDWR }

/** Opens what was looked at when the file was planned, and nothing that has taken its place since. */
function openPlanned(folder: string, { path, state, isPrivate }: PlannedFile): number {
  const file = resolve(folder, path)
  try {
    mkdirSync(dirname(file), { recursive: true })
    return openSync(file, FLAGS[state] | SAFELY, isPrivate ? OWNER_ONLY : 0o666)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === 'ELOOP' || code === 'EMLINK') throw linkRefusal(path)
    if (code === 'EEXIST' || code === 'ENOENT') throw changed(path)
    throw new CommandError(`${path} cannot be written (${message})`)
  }
}

const changed = (path: string) =>
  new CommandError(`${path} was changed by another process, and was not written; repeat the command`)
