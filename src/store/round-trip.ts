import type { NewRow, SessionDatabase, SessionRow } from '../database/contract/session-database.ts'
import { UnstorableError, WrongSettingsError } from '../errors.ts'
import { changeOf, laterUse, nextVersion, roundTripRow, touchOf } from './core/round-trip-rows.ts'

const USER = 'stored-session round trip'
/** Characters of two, three and four bytes. */
const FOREIGN_USER = `${USER} é€🔑`
/** What a round trip found besides. */
export interface RoundTrip {
  /** Whether the database holds user ids of all characters; undefined where it was not asked. */
  readonly holdsAllUsers: boolean | undefined
}

/**
 * Writes two sessions with the statements of requests, reads them back, compares every column, ends them, and deletes
 * them. Their ids are random, and no cookie has them.
 *
 * @param hasUsers - whether user ids of all characters are tried
 * @throws `FST_STORED_SESSION_WRONG_SETTINGS` when something was not stored, or came back changed
 */
export async function roundTrip(database: SessionDatabase, hasUsers: boolean): Promise<RoundTrip> {
  try {
    return await attempt(database, hasUsers)
  } catch (error) {
    // Somebody may have ended or trimmed all sessions just then.
    if (error instanceof WrongSettingsError) return attempt(database, hasUsers)
    throw error
  }
}

async function attempt(database: SessionDatabase, hasUsers: boolean): Promise<RoundTrip> {
  const now = Date.now()
  const visitor = roundTripRow(now, null)
  const user = roundTripRow(now, hasUsers ? FOREIGN_USER : USER)
  try {
    // One statement after another: a start should not need more connections than it has to.
    const isInserted = await database.insert(visitor)
    const stored = await insertUser(database, user)
    if (!isInserted || !stored) throw await lost(database, 'a row was not inserted, without an error')
    await liveThrough(database, visitor, stored)
    return { holdsAllUsers: hasUsers ? stored.userId === FOREIGN_USER : undefined }
  } finally {
    await remove(database, [visitor.sid, user.sid])
  }
}

/** The row as it was inserted, with a plainer user where the encoding of the database cannot hold this one. */
async function insertUser(database: SessionDatabase, row: NewRow): Promise<NewRow | undefined> {
  try {
    return (await database.insert(row)) ? row : undefined
  } catch (error) {
    if (!(error instanceof UnstorableError)) throw error
    const plain = { ...row, userId: USER }
    return (await database.insert(plain)) ? plain : undefined
  }
}

async function liveThrough(database: SessionDatabase, visitor: NewRow, user: NewRow): Promise<void> {
  await compare(database, [visitor, user])
  const changed = [visitor, user].map(nextVersion)
  const together = await database.updateMany?.(changed.map(changeOf))
  const areChanged = together ?? (await Promise.all(changed.map((row) => database.update(changeOf(row)))))
  const touched = changed.map(laterUse)
  await database.touch(touched.map(touchOf))
  const [first, second] = [nextVersion(touched[0]!), laterUse(touched[1]!)]
  const isUpdated = await database.update(changeOf(first))
  await database.touch([touchOf(second)])
  if (!isUpdated || !areChanged.every(Boolean)) throw await lost(database, 'an update changed nothing')
  await compare(database, [first])
  await compare(database, [second])
  await compareListed(database, first)
  await compareListed(database, second)
  const end = { endedAt: first.touchedAt, endReason: 'destroyed', trimAt: first.trimAt } as const
  for (const { sid } of [first, second]) await database.end(sid, end)
  const ended = [first, second].map((row) => ({
    ...row,
    ...end,
    data: NOTHING,
    metadata: null,
    binding: null,
    version: row.version + 1,
  }))
  await compare(database, ended)
}

const NOTHING = Buffer.alloc(0)

const COLUMNS: readonly (keyof SessionRow)[] = [
  'sid',
  'data',
  'version',
  'createdAt',
  'touchedAt',
  'expiresAt',
  'endedAt',
  'endReason',
  'metadata',
  'binding',
]

async function compare(database: SessionDatabase, expected: readonly NewRow[]): Promise<void> {
  const rows = await database.read(expected.map(({ sid }) => sid)).catch((error) => unreadable(database, error))
  const wrong = new Set<string>()
  for (const row of expected) {
    // By the date too, because a key that comes back changed finds no row.
    const found =
      rows.find(({ sid }) => isEqual(sid, row.sid)) ?? (rows.length === expected.length ? rows[0] : undefined)
    if (!found) throw await lost(database, 'a row that was stored is not found')
    for (const name of COLUMNS) if (!isEqual(found[name], row[name])) wrong.add(name)
  }
  if (wrong.size > 0) throw await altered(database, [...wrong])
}

const LISTED = ['userId', 'bytes', 'expiresAt'] as const

async function compareListed(database: SessionDatabase, { data, ...row }: NewRow): Promise<void> {
  const [found] = (await database.listing?.list({ sid: row.sid }, undefined, 1)) ?? [{ ...row, bytes: data.length }]
  if (!found) throw await lost(database, 'a row that was stored is not found')
  const wrong = LISTED.filter((name) => found[name] !== { ...row, bytes: data.length }[name])
  if (wrong.length > 0) throw await altered(database, wrong)
}

const isEqual = (one: unknown, other: unknown) =>
  Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : one === other

const lost = async (database: SessionDatabase, what: string) =>
  new WrongSettingsError(`${what}, so sessions would be lost. ${await causes(database)}`)

const altered = async (database: SessionDatabase, columns: readonly string[]) =>
  new WrongSettingsError(
    `the database returns other values than were stored in ${columns.join(', ')}, so sessions would be lost. ${await causes(database)}`,
  )

/** What a driver or a server says has a code of theirs; without one it is a value that could not be understood. */
async function unreadable(database: SessionDatabase, error: unknown): Promise<never> {
  const { cause = error } = error as Error
  const { code } = cause as { code?: unknown }
  if (code !== undefined && !String(code).startsWith('ERR_INVALID_ARG')) throw error
  throw new WrongSettingsError(
    `what the database returns cannot be read, so sessions would be lost. ${await causes(database)}`,
  )
}

const UNKNOWN_CAUSE =
  'Look for a trigger, a rule or a row level security policy of the table, for a proxy that reads from a replica, and for a type conversion of the client, and remove it'

async function causes({ suspects }: SessionDatabase): Promise<string> {
  const found = (await suspects?.().catch(() => [])) ?? []
  return found.length > 0 ? found.join('. ') : UNKNOWN_CAUSE
}

/** Deletes the rows. Where that is refused they are ended, or expire, and are trimmed. */
async function remove(database: SessionDatabase, sids: readonly Buffer[]): Promise<void> {
  for (const sid of sids) await database.remove?.(sid).catch(() => {})
}
