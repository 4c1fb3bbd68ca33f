import type { Settings } from '../../doctor/findings/settings.ts'
import { envKeys } from '../../keys/env-keys.ts'
import { CommandError } from '../frame/errors.ts'
import { loadConfiguration } from './load.ts'

/**
 * Reads the requested configuration, or the one in the current folder, or else the environment.
 *
 * @param path - the path of the configuration; undefined to search for one
 */
export async function readSettings(path: string | undefined): Promise<Settings> {
  const configuration = await loadConfiguration(path, process.cwd())
  return configuration ?? { source: 'the environment', options: optionsOfEnvironment(process.env) }
}

/** The environment variables that replace options where there is no configuration, and their values. */
export const environmentVariables = {
  DATABASE_URL: 'the database: postgres://…, mysql://…, mariadb://… or sqlite:PATH',
  SESSION_SECRET: 'the secret, exactly as it is',
  FORMER_SESSION_SECRET: 'the previous secret, while it is rotated',
  SESSION_KEYS: 'the keys, as envKeys() accepts them, instead of the secret',
  STORED_SESSION_TABLE: 'the name of the table (default: stored_sessions)',
} as const

/** The options from the environment. Each secret variable is one secret, with any characters, as in the application. */
export function optionsOfEnvironment(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const { DATABASE_URL, SESSION_SECRET, FORMER_SESSION_SECRET, SESSION_KEYS, STORED_SESSION_TABLE } = env
  if (!DATABASE_URL) {
    throw new CommandError(
      'no database is configured: this folder has no stored-session.config.{ts,js,mjs}, and DATABASE_URL is not set. ' +
        'Set it (DATABASE_URL=postgres://…), name a configuration with --config, or write one with: npx stored-session init',
    )
  }
  const secrets = [SESSION_SECRET, FORMER_SESSION_SECRET].filter(Boolean)
  return {
    database: DATABASE_URL,
    ...(STORED_SESSION_TABLE && { table: STORED_SESSION_TABLE }),
    ...(secrets.length > 0 && { secret: secrets }),
    ...(SESSION_KEYS && { keys: envKeys() }),
  }
}
