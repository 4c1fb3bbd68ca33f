import { faultOf } from '../../url/faults.ts'
import {
  type ExplainedSetting,
  explainedSettings,
  oneOf,
  type Reading,
  type Rules,
  readSettings,
  soundTarget,
  text,
  wholeNumber,
} from '../../url/settings.ts'

/** What a SQLite URL names. */
export interface SqliteTarget {
  /** The path of the file, `:memory:`, or an empty text for a temporary file. */
  readonly file: string
  /** Whether the file has to exist. */
  readonly mustExist: boolean
  readonly explained: readonly ExplainedSetting[]
}

interface Settings {
  mustExist: boolean
}

/** Those of SQLite's own `file:` URLs, and of Prisma. */
export const SQLITE_RULES: Rules<Settings> = {
  mode: {
    becomes: ({ mustExist }) => (mustExist ? 'the file has to exist' : 'a file that does not exist is created'),
    isShown: true,
    read(value, settings) {
      if (value === 'ro') return 'opens the file for reading alone, and sessions are written; remove it'
      if (value !== 'rw' && value !== 'rwc') return 'is none of rw, rwc'
      settings.mustExist = value === 'rw'
      return undefined
    },
  },
  cache: oneOf(['private'], 'accepted; it changes nothing here'),
  connection_limit: wholeNumber([1, 1_000], 'accepted; a file has one connection'),
  socket_timeout: text('accepted; the option operationTimeout limits how long a statement waits'),
}

/** Reads `sqlite:PATH`, or `file:PATH` as SQLite, Prisma and libSQL write it: there a path is percent-encoded. */
export function readSqliteUrl(url: string): Reading<SqliteTarget> {
  const [, scheme = '', path = '', query = ''] = /^(sqlite|file):([^?]*)\??(.*)$/is.exec(url) ?? []
  if (path === '') return { fault: 'names no file; write sqlite:PATH' }
  if (/^\/\/[^/]/.test(path))
    return { fault: 'names a host, which a file has not; write sqlite:PATH, or sqlite:/PATH for an absolute path' }
  const settings: Settings = { mustExist: false }
  const params = new URLSearchParams(query)
  const faults = readSettings(params, SQLITE_RULES, settings)
  if (faults.length > 0) return { fault: faults.join('; ') }
  try {
    const file = scheme.toLowerCase() === 'file' ? decodeURIComponent(path) : path
    const explained = explainedSettings(params, SQLITE_RULES, settings)
    return { target: { file: file.replace(/^\/\/\//, '/'), ...settings, explained } }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}

/** What a URL names that `recogniseDatabase` found right. */
export function sqliteTargetOf(url: string): SqliteTarget {
  return soundTarget(readSqliteUrl(url))
}
