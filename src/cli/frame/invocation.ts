import type { SessionDatabase } from '../../database/contract/session-database.ts'
import type { Settings } from '../../doctor/findings/settings.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import type { Output } from './output.ts'
import type { Progress, ProgressOptions } from './progress.ts'

/** The purpose of opening a store. */
export interface OpenOptions {
  /** Whether payloads are sealed or opened: without keys, opening is refused. @defaultValue false */
  readonly needsKeys?: boolean
  /**
   * Whether the history is on, also where the options have it off; `if-present`: only where its table exists.
   * @defaultValue as configured
   */
  readonly history?: true | 'if-present'
  /** Whether the command changes sessions, so that a configured history needs keys too. @defaultValue false */
  readonly records?: boolean
  /** Whether to show users and metadata, also where the options do not name them. @defaultValue false */
  readonly showsAll?: boolean
  /** Whether to apply our migrations, and create the file of a missing SQLite database. @defaultValue false */
  readonly migrate?: boolean
}

/** The tools that a command receives. */
export interface Invocation<Values = Readonly<Record<string, unknown>>> {
  /** The options of the command as they were given. */
  readonly values: Values
  /** stdout is for data, stderr for messages. */
  readonly output: Output
  /**
   * Aborted by the first SIGINT or SIGTERM. Until a command reads this property, such a signal ends the process
   * immediately. From then on the command must obey the signal: finish its batch, and return `exitCodes.stoppedEarly`,
   * which becomes `interrupted`. So read it when the batches begin, and not among the parameters of `run`.
   */
  readonly signal: AbortSignal
  /**
   * Resolves with the first SIGINT or SIGTERM, for a command that runs until it is stopped.
   *
   * @param message - what it says then
   */
  interrupted(message: string): Promise<void>
  /**
   * Asks for a password at the terminal, without showing it.
   *
   * @throws `UsageError` without a terminal, naming the option that replaces the answer, and `Declined`
   */
  askPassword(question: string, option: string): Promise<string>
  /** Shows the progress of long work on stderr, until `end()`. */
  progress(options: ProgressOptions): Progress
  /**
   * Returns when `--yes` was given or the operator at the terminal agrees; needs the option `confirmationOption`.
   *
   * @param question - the action to confirm, such as `End 12 sessions?`
   * @throws `UsageError` without a terminal for the confirmation, and `Declined`
   */
  confirm(question: string): Promise<void>
  /** The options of the application, from its configuration or from the environment. Read once. */
  settings(): Promise<Settings>
  /** The store of the application, without background work. It is closed when the command has ended. */
  openStore(options?: OpenOptions): Promise<StoredSessionStore>
  /**
   * The database of the application alone, before its table is known. A missing SQLite file counts as empty, and is not
   * created. It is closed when the command has ended.
   */
  openDatabase(): Promise<SessionDatabase>
}
