import type { Activity, ActivityOptions } from '../store/audit/activity.ts'
import type { HistoryOptions, HistoryPage } from '../store/audit/event-listing.ts'
import type { ForgetOptions, ForgetResult } from '../store/audit/forgetting.ts'
import type { IdentifiedSession, SessionHandle } from '../store/core/handle.ts'
import type { ListOptions, SessionPage } from '../store/management/listing.ts'
import type { ReencryptOptions, ReencryptResult } from '../store/management/reencrypting.ts'
import type { RevokeFilter, RevokeResult } from '../store/management/revoking.ts'
import type { SessionFilter } from '../store/management/session-filter.ts'
import type { SessionStats } from '../store/management/statistics.ts'
import type { TrimOptions, TrimResult } from '../store/trimming/trimming.ts'
import type {
  ContentChange,
  UpdateAllOptions,
  UpdateAllResult,
  UpdateFilter,
} from '../store/updating/update-all-options.ts'

/** The methods of `fastify.storedSession` for operators. */
export interface SessionAdministration {
  /**
   * Deletes the rows of expired and ended sessions; the plugin does the same in the background.
   *
   * @param options - how many rows, how fast, and for how long
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS` and `FST_STORED_SESSION_UNAVAILABLE`
   */
  trim(options?: TrimOptions): Promise<TrimResult>
  /**
   * One page of sessions, the newest first, without their content.
   *
   * @param options - which sessions, and from which place. All by default
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, and `FST_STORED_SESSION_INVALID_HANDLE` for an invalid cursor
   */
  list(options?: ListOptions): Promise<SessionPage>
  /**
   * Counts sessions exactly. Without a user, the time grows with the table.
   *
   * @param filter - which sessions. All by default
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  count(filter?: SessionFilter): Promise<number>
  /** The number of sessions of each state, the oldest, and their bytes. For a large table they are estimates. */
  stats(): Promise<SessionStats>
  /**
   * One page of what happened to sessions, the newest first. Needs the option `history`.
   *
   * @param options - which events, and from which place. All by default
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, and `FST_STORED_SESSION_INVALID_HANDLE` for an invalid handle or cursor
   */
  history(options?: HistoryOptions): Promise<HistoryPage>
  /**
   * Counts what happened to sessions in each hour, day or other period, for charts. Needs the option `history`.
   *
   * @param options - which time, and the length of a period
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
   */
  activity(options: ActivityOptions): Promise<Activity>
  /**
   * Ends the sessions of a user, and erases the user and all details from their history, also from before the sign-in.
   * The kinds and times of the events stay. With `dryRun` it counts only.
   *
   * @param options - the user
   * @see GDPR, article 17
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS` and `FST_STORED_SESSION_UNAVAILABLE`; it can be repeated
   */
  forget(options: ForgetOptions): Promise<ForgetResult>
  /**
   * Ends sessions permanently, or with `dryRun` counts the sessions that it would end. A handle from before a rotation
   * still names its session, as long as the session can live, at most 400 days after the rotation.
   *
   * @param filter - which sessions
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, `FST_STORED_SESSION_INVALID_HANDLE`,
   * `FST_STORED_SESSION_UNAVAILABLE`, and `FST_STORED_SESSION_LOST_ROTATION` for a handle from before a rotation whose
   * row does not open, as always with `bindToCookie`: nothing was ended
   * @example
   * ```ts
   * await app.storedSession.revoke({ user: 'ada', except: app.storedSession.handle(request.session) })
   * ```
   */
  revoke(filter: RevokeFilter): Promise<RevokeResult>
  /**
   * The handle of `request.session`, as in `list()`. It is valid until `regenerate()` or `rotateId()` gives the session
   * another id. After a rotation the previous handle still names the session in `revoke()`.
   *
   * @param session - the session of a request
   * @throws `FST_STORED_SESSION_INVALID_HANDLE` without a session
   */
  handle(session: IdentifiedSession): SessionHandle
  /**
   * Uses the current key to seal sessions and rows of old ids that other keys sealed. It can be stopped and repeated,
   * and runs while the application serves requests.
   *
   * @param options - how fast
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also with `bindToCookie`, and `FST_STORED_SESSION_UNAVAILABLE`
   */
  reencrypt(options?: ReencryptOptions): Promise<ReencryptResult>
  /**
   * Changes the content of all live sessions of a filter, on every device, while the application serves requests. It loses
   * no change of a request, wakes no session that has ended, and prolongs none. It can be stopped and repeated. The
   * function may run again for a session that has changed; it gets the content without the cookie.
   *
   * @param filter - which sessions
   * @param change - changes the content that it gets
   * @param options - how fast, and for whom
   * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also with `bindToCookie`; `FST_STORED_SESSION_INVALID_HANDLE`;
   * `FST_STORED_SESSION_UNAVAILABLE`; and what the function throws
   * @example
   * ```ts
   * await app.storedSession.updateAll({ user: 'ada' }, (session) => { session.role = 'editor' })
   * ```
   */
  updateAll(filter: UpdateFilter, change: ContentChange, options?: UpdateAllOptions): Promise<UpdateAllResult>
}
