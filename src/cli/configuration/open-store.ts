import { existsSync } from 'node:fs'
import type { SessionDatabase } from '../../database/contract/session-database.ts'
import { readSqliteUrl } from '../../database/sqlite/url/url-settings.ts'
import type { Settings } from '../../doctor/findings/settings.ts'
import type { KeyProvider } from '../../keys/key-provider.ts'
import type { StoreOptions } from '../../store/options/store-options.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import { CommandError } from '../frame/errors.ts'
import type { OpenOptions } from '../frame/invocation.ts'

/** Opens the store from an application's options, for one command: nothing runs in the background. */
export async function openStore(settings: Settings, options: OpenOptions = {}): Promise<StoredSessionStore> {
  const { StoredSessionStore } = await import('../../store/stored-session-store.ts')
  const storeOptions = await storeOptionsOf(settings, options)
  if (!options.migrate) refuseMissingFile(storeOptions.database)
  const store = new StoredSessionStore(storeOptions, false)
  try {
    await store.ready()
    return store
  } catch (error) {
    await store.close()
    if (options.history === 'if-present' && isMissingEvents(error)) {
      const { history: _, ...without } = settings.options
      const { history: __, ...others } = options
      return openStore({ ...settings, options: without }, others)
    }
    throw error
  }
}

// The message begins with the name of the table.
function isMissingEvents(error: unknown): boolean {
  const { code, message } = error as Error & { code?: unknown }
  return code === 'FST_STORED_SESSION_MISSING_TABLE' && /^stored-session: the table "[^"]*_events"/.test(message)
}

/** Opens the database from an application's options, and reads nothing from it. */
export async function openDatabase(settings: Settings): Promise<SessionDatabase> {
  const { openDatabase } = await import('../../database/open.ts')
  const { checkedStoreOptions } = await import('../../store/options/check-store-options.ts')
  const { dialect, database, table, operationTimeout } = checkedStoreOptions(await storeOptionsOf(settings, {}))
  const isEmpty = missingFile(database) !== undefined
  return openDatabase(dialect, isEmpty ? 'sqlite::memory:' : database, table, operationTimeout)
}

/** The store's part of the plugin's options. */
async function storeOptionsOf({ options, source }: Settings, open: OpenOptions): Promise<StoreOptions> {
  const { hostOptionNames, ownOptionNames } = await import('../../plugin/options.ts')
  const { storeOptionNames } = await import('../../store/options/store-options.ts')
  const { OptionChecks } = await import('../../store/options/option-checks.ts')
  const checks = new OptionChecks()
  checks.names(options, [...storeOptionNames, ...hostOptionNames, ...ownOptionNames, ...FASTIFY_OPTIONS])
  checks.done()
  const known = Object.entries(options).filter(([name]) => storeOptionNames.includes(name as never))
  const given = Object.fromEntries(known) as unknown as StoreOptions
  const needsKeys = open.needsKeys || (open.records && given.history)
  if (needsKeys && !hasKeys(given)) {
    throw new CommandError(
      source === 'the environment'
        ? 'this command needs the keys of the sessions; set SESSION_SECRET or SESSION_KEYS to the value that the application uses'
        : `this command needs the keys of the sessions, but ${source} has neither secret nor keys; set the variables that it reads`,
    )
  }
  return {
    ...given,
    ...(!hasKeys(given) && { keys: NO_KEYS }),
    // Without these options the pages would hide what an application has stored with them.
    ...(open.showsAll && { user: given.user ?? (() => undefined), metadata: given.metadata || true }),
    ...(open.history && { history: given.history || true }),
    trim: { ...given.trim, interval: false, everyRequests: 0 },
    migrate: open.migrate ?? given.database === 'sqlite::memory:',
    warnKeyAge: false,
  }
}

/** The plugin options that Fastify itself reads. */
const FASTIFY_OPTIONS = ['prefix', 'logLevel', 'logSerializers']

const hasKeys = ({ secret, keys }: StoreOptions) => secret !== undefined || keys !== undefined

/** For commands that neither seal nor open. */
const NO_KEYS: KeyProvider = {
  current() {
    throw new Error('no keys are configured')
  },
  find: () => undefined,
}

// SQLite creates a file for every path, so a typing error would become an empty database.
function refuseMissingFile(database: unknown): void {
  const path = missingFile(database)
  if (path === undefined) return
  throw new CommandError(
    `the database option names ${path}, which does not exist; create it with: npx stored-session migrate`,
  )
}

function missingFile(database: unknown): string | undefined {
  const isFile = typeof database === 'string' && /^(sqlite|file):/i.test(database)
  const path = isFile ? readSqliteUrl(database).target?.file : undefined
  return path === undefined || path === ':memory:' || existsSync(path) ? undefined : path
}
