import { formatSid, sidOf } from '../../payload/session-id.ts'
import { type Activity, type ActivityOptions, activityOf } from '../audit/activity.ts'
import { type HistoryOptions, type HistoryPage, listHistory } from '../audit/event-listing.ts'
import { type ForgetOptions, type ForgetResult, forgetUser } from '../audit/forgetting.ts'
import type { StoreCore } from '../core/core.ts'
import { handleOf, type IdentifiedSession, type SessionHandle } from '../core/handle.ts'
import { perform, unlimited } from '../core/operation.ts'
import type { ForeignSession } from '../imports/foreign-session.ts'
import { type ImportOptions, type ImportResult, importSessions } from '../imports/importing.ts'
import { type UpgradeOptions, type UpgradeResult, upgradeSessions } from '../imports/upgrading.ts'
import { hasOldId } from '../live/loaded-version.ts'
import { rowsFrom } from '../rotation/successors.ts'
import { updateAllSessions } from '../updating/update-all.ts'
import type { ContentChange, UpdateAllOptions, UpdateAllResult, UpdateFilter } from '../updating/update-all-options.ts'
import { type KeyStatus, keyStatus } from './key-status.ts'
import { countSessions, type ListOptions, listSessions, type SessionPage } from './listing.ts'
import { REENCRYPT, REVOKE } from './observed-tasks.ts'
import type { ReencryptOptions, ReencryptResult } from './reencrypting.ts'
import type { RevokeFilter, RevokeResult } from './revoking.ts'
import type { SessionFilter } from './session-filter.ts'
import { rowsByKey } from './sessions-by-key.ts'
import { type SessionStats, sessionStats } from './statistics.ts'

/** The methods of a store for operators. */
export abstract class SessionManagement {
  /** Opens the store, if it is not open yet. */
  protected abstract open(): Promise<StoreCore>

  /**
   * One page of sessions, the newest first, without their content.
   *
   * @param options - which sessions, and from which place. All by default
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, and `FST_STORED_SESSION_INVALID_HANDLE` for an invalid cursor
   */
  async list(options?: ListOptions): Promise<SessionPage> {
    return listSessions(await this.open(), options)
  }

  /**
   * Counts sessions exactly. Without a user, the time grows with the table.
   *
   * @param filter - which sessions. All by default
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  async count(filter?: SessionFilter): Promise<number> {
    return countSessions(await this.open(), filter)
  }

  /** The number of sessions of each state, the oldest, and their bytes. For a large table they are estimates. */
  async stats(): Promise<SessionStats> {
    return sessionStats(await this.open())
  }

  /**
   * Counts the rows of each key, with events of the history, by its id; `'none'` for rows without a key. The time grows
   * with the table.
   */
  async countByKey(): Promise<Record<string, number>> {
    const counts = await rowsByKey(await this.open())
    return Object.fromEntries(counts.map(({ keyId, rows }) => [keyId ?? 'none', rows]))
  }

  /** All keys: what each may do, and how many sessions it has sealed. The time grows with the table. */
  async keyStatus(): Promise<KeyStatus[]> {
    return keyStatus(await this.open())
  }

  /**
   * One page of what happened to sessions, the newest first. Needs the option `history`.
   *
   * @param options - which events, and from which place. All by default
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, and `FST_STORED_SESSION_INVALID_HANDLE`
   */
  async history(options?: HistoryOptions): Promise<HistoryPage> {
    const core = await this.open()
    await core.history?.flush()
    return listHistory(core, options)
  }

  /**
   * Counts what happened to sessions, for charts. Needs the option `history`.
   *
   * @param options - which time, and the length of a period
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  async activity(options: ActivityOptions): Promise<Activity> {
    const core = await this.open()
    await core.history?.flush()
    return activityOf(core, options)
  }

  /**
   * Ends the sessions of a user, and erases the user and all details from their history.
   *
   * @param options - the user
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  async forget(options: ForgetOptions): Promise<ForgetResult> {
    const core = await this.open()
    const result = await forgetUser(core, options)
    if (!options.dryRun && result.sessions > 0) core.events.emit('revoked', { sessions: result.sessions })
    return result
  }

  /**
   * Ends sessions permanently, or with `dryRun` counts the sessions that it would end.
   *
   * @param filter - which sessions
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, and `FST_STORED_SESSION_INVALID_HANDLE` for an invalid handle
   */
  async revoke(filter: RevokeFilter): Promise<RevokeResult> {
    const core = await this.open()
    // A dry run ends no session, so it emits no event.
    if (filter?.dryRun) return REVOKE.work(core, unlimited(), filter)
    const result = await perform(core, unlimited(), REVOKE, filter)
    if (result.revoked > 0) core.events.emit('revoked', { sessions: result.revoked })
    return result
  }

  /**
   * The handle of a live session, such as `request.session`. It is valid until `regenerate()` gives the session another
   * id.
   *
   * @param session - the session
   * @throws `FST_STORED_SESSION_INVALID_HANDLE` without a session
   */
  handle(session: IdentifiedSession): SessionHandle {
    return handleOf(session)
  }

  /**
   * The handle of a session as `list()` shows it, also in a request that sent an old id of a rotated session.
   *
   * @param session - the session of a request
   */
  async currentHandle(session: IdentifiedSession): Promise<SessionHandle> {
    const { sessionId: id } = session
    const rows = hasOldId(session) ? await rowsFrom(await this.open(), sidOf(id), { id }) : []
    return rows.length > 0 ? formatSid(rows.at(-1)!.sid) : handleOf(session)
  }

  /**
   * Seals rows of other keys with the current key, while the application serves requests. It can be stopped and repeated.
   *
   * @param options - how fast
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also with `bindToCookie`, and `FST_STORED_SESSION_UNAVAILABLE`
   */
  async reencrypt(options?: ReencryptOptions): Promise<ReencryptResult> {
    return perform(await this.open(), unlimited(), REENCRYPT, options)
  }

  /**
   * Changes the content of every live session of a filter, while the application serves requests.
   *
   * @param filter - which sessions
   * @param change - changes the content that it gets
   * @param options - how fast, and for whom
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, `FST_STORED_SESSION_UNAVAILABLE`, and what the function throws
   */
  async updateAll(filter: UpdateFilter, change: ContentChange, options?: UpdateAllOptions): Promise<UpdateAllResult> {
    return updateAllSessions(await this.open(), unlimited(), filter, change, options)
  }

  /**
   * Imports sessions from another store; their cookies keep working. Existing rows do not change, so it can be stopped
   * and repeated.
   *
   * @param source - the sessions in batches, of which the import holds one at a time
   * @param options - whether to write, and how to follow it
   * @throws `FST_STORED_SESSION_UNAVAILABLE`, after which the import can be repeated
   */
  async import(source: AsyncIterable<readonly ForeignSession[]>, options?: ImportOptions): Promise<ImportResult> {
    return importSessions(await this.open(), source, options)
  }

  /**
   * Hashes ids and seals content that were copied into the table in plaintext. It can be stopped and repeated.
   *
   * @param options - whether to write, and how to follow it
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  async upgrade(options?: UpgradeOptions): Promise<UpgradeResult> {
    return upgradeSessions(await this.open(), options)
  }
}
