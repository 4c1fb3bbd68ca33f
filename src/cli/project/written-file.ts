import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CommandError } from '../frame/errors.ts'
import { contentOf, linkRefusal, narrow, notAFile, OWNER_ONLY, openModeOf, refuseUnsafe } from './file-access.ts'

/** A file with its new content and its current content. */
export interface PlannedFile {
  /** Relative to the folder of the project. */
  readonly path: string
  readonly content: string
  /** The current content; undefined where there is no file. */
  readonly before: string | undefined
  /** `same`: there is nothing to do. `other`: it has content that must not be lost. */
  readonly state: 'new' | 'same' | 'longer' | 'other'
  /** The text that is added to the end of an existing file, or the whole text of a new one; for messages. */
  readonly added: string
  /** Whether only its owner may read it. */
  readonly isPrivate: boolean
  /** The mode of a private file that other users can access now, in octal digits. */
  readonly openMode: string | undefined
}

/** Plans a file with this content. @throws where the name belongs to something other than a file */
export function plannedFile(folder: string, path: string, content: string): PlannedFile {
  const before = contentOf(folder, path)
  const state = before === undefined ? 'new' : before === content ? 'same' : 'other'
  return { path, content, before, state, added: content, isPrivate: false, openMode: undefined }
}

/**
 * Plans a file with these lines. Lines whose variable is already set are omitted.
 *
 * @throws where the name belongs to something other than a file
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
 * Writes a file, and creates its parent folders. A private file is readable only by its owner before the content is
 * written.
 *
 * @throws where the file is a symbolic link, has changed since it was planned, or cannot be made private
 */
export function writeFile(folder: string, planned: PlannedFile): void {
  const { path, content, before = '', state, isPrivate } = planned
  refuseUnsafe(folder, planned)
  const handle = openPlanned(folder, planned)
  try {
    if (!fstatSync(handle).isFile()) throw notAFile(path)
    // The existing bytes stay unchanged, so only the rest is written.
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

/** Opens the file that was planned, and never a file that has replaced it since. */
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
