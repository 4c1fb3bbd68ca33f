import { existsSync } from 'node:fs'
import { extname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Settings } from '../../doctor/findings/settings.ts'
import { CommandError } from '../frame/errors.ts'
import { importTypeScript } from './typescript.ts'

/** The file names of a configuration, in the order of the search. */
export const configurationNames = [
  'stored-session.config.ts',
  'stored-session.config.js',
  'stored-session.config.mjs',
] as const

/**
 * Loads the options that a configuration exports.
 *
 * @param path - the file; undefined for the one in the folder, or none if the folder has none
 */
export async function loadConfiguration(path: string | undefined, folder: string): Promise<Settings | undefined> {
  const file = path === undefined ? findConfiguration(folder) : resolve(folder, path)
  if (file === undefined) return undefined
  if (!existsSync(file)) throw new CommandError(`--config names ${path}, which does not exist`)
  const source = relative(folder, file) || file
  const module = await importFile(file, source)
  const { trustProxy } = module
  return { source, options: optionsOf(module, source), ...(trustProxy !== undefined && { trustProxy }) }
}

function findConfiguration(folder: string): string | undefined {
  return configurationNames.map((name) => join(folder, name)).find((file) => existsSync(file))
}

async function importFile(file: string, source: string): Promise<Record<string, unknown>> {
  try {
    if (/^\.[cm]?ts$/.test(extname(file))) return await importTypeScript(file, source)
    return await import(pathToFileURL(file).href)
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`${source} cannot be loaded: ${(error as Error).message}`, { cause: error })
  }
}

function optionsOf(module: Record<string, unknown>, source: string): Readonly<Record<string, unknown>> {
  const exported = module.default as Record<string, unknown> | undefined
  // The form to which a compiler converts `export default` for CommonJS.
  const options = exported?.__esModule === true ? exported.default : exported
  if (typeof options === 'object' && options !== null) return options as Record<string, unknown>
  throw new CommandError(
    `${source} has no default export with the options of register(storedSession, …); export them as default`,
  )
}
