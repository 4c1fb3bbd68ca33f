import type { SessionDatabase } from '../../database/contract/session-database.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import type { Output } from './output.ts'
import type { Progress, ProgressOptions } from './progress.ts'

/** The options of the application, as `register(storedSession, options)` takes them, unchecked. */
export interface Settings {
  /** Where they are from, for messages: the path of the configuration, or `the environment`. */
  readonly source: string
  readonly options: Readonly<Record<string, unknown>>
  /** Fastify's option of this name, where the configuration exports it for both. */
  readonly trustProxy?: unknown
}

/** What a store is opened for. */
export interface OpenOptions {
  /** Whether payloads are sealed or opened: without keys, opening is refused. @defaultValue false */
  readonly needsKeys?: boolean
  /** Apply our migrations, and make the file of a SQLite database that is not there. @defaultValue false */
  readonly migrate?: boolean
}

/** What a command is given to work with. */
export interface Invocation<Values = Readonly<Record<string, unknown>>> {
  /** The options of the command as they were given. */
  readonly values: Values
  /** stdout takes data, stderr takes messages. */
  readonly output: Output
  /**
   * Aborted by the first SIGINT or SIGTERM. Until a command asks for it, such a signal ends the process at once; from then
   * on the command has to obey: finish its batch, and return `exitCodes.stoppedEarly`, which becomes `interrupted`. So take
   * it when the batches begin, and not among the parameters of `run`.
   */
  readonly signal: AbortSignal
  /** Shows on stderr how far long work is, until it is told to end. */
  progress(options: ProgressOptions): Progress
  /**
   * Returns when `--yes` was given or a person at the terminal agrees; needs the option `confirmationOption`.
   *
   * @param question - what is about to happen, such as `End 12 sessions?`
   * @throws `UsageError` without a terminal for the confirmation, and `Declined`
   */
  confirm(question: string): Promise<void>
  /** The options of the application, from its configuration or from the environment. Read once. */
  settings(): Promise<Settings>
  /** The store of the application, with nothing in the background. It is closed when the command has ended. */
  openStore(options?: OpenOptions): Promise<StoredSessionStore>
  /**
   * The database of the application alone, before anything is known of its table. A SQLite file that is not there is taken
   * for empty, and not made. It is closed when the command has ended.
   */
  openDatabase(): Promise<SessionDatabase>
}
