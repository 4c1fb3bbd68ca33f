import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../harness/temporary-folder.ts'
import { builtPackage } from '../packed/built-package.ts'
import { onceInRun } from '../packed/once-in-run.ts'
import { repository } from '../packed/package.ts'

let building: Promise<string> | undefined

/**
 * Builds the command line from the sources as they are now, once for a run of tests, and says where it is. A process
 * starts from it four times as fast as with tsx.
 */
export async function builtCommand(): Promise<string> {
  building ??= onceInRun('command-line', buildCommand)
  return join(await building, 'dist/cli/main.js')
}

async function buildCommand(): Promise<string> {
  const folder = temporaryFolder('command-line')
  cpSync(await builtPackage(), folder, { recursive: true })
  // Where it looks for them from where it is.
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  return folder
}
