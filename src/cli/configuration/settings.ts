import type { Settings } from '../frame/invocation.ts'
import { optionsOfEnvironment } from './environment.ts'
import { loadConfiguration } from './load.ts'

/**
 * Reads the configuration that was asked for, or that lies in the current folder, or else the environment.
 *
 * @param path - of the configuration; undefined to look for one
 */
export async function readSettings(path: string | undefined): Promise<Settings> {
  const configuration = await loadConfiguration(path, process.cwd())
  return configuration ?? { source: 'the environment', options: optionsOfEnvironment(process.env) }
}
