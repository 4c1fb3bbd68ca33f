import type { SessionDatabase } from '../database/contract/session-database.ts'
import { ReplacedFileError, WrongSettingsError } from '../errors.ts'
import { lateAnswer, within } from '../time/time-limits.ts'
import type { StoreCore } from './core/core.ts'
import type { CheckedStoreOptions } from './options/store-options.ts'

/** The health of the store. It contains no address, name, statement or key, so that a probe may show it. */
export interface Health {
  /** Whether sessions are stored and come back unchanged, and the key provider has a key to seal with. */
  readonly ok: boolean
  /** The SQL dialect of the database. */
  readonly dialect: SessionDatabase['dialect']
  /** The duration of the check, in milliseconds. */
  readonly latency: number
  /** Operations of requests that wait for an answer now. */
  readonly waiting: number
  /** The driver's code for the fault, such as `ECONNREFUSED`, or one of ours, if it has one. */
  readonly code?: string
  /** What is wrong with the settings or the file of the database, and the fix; absent for other faults. */
  readonly remedy?: string
}

/** A key that no row has: a hash of zeros only. */
const NOBODY = Buffer.alloc(32)

/** Checks the database and the key provider; never rejects. `writes`: whether it may write two sessions. */
export async function healthOf(
  open: () => Promise<StoreCore>,
  { dialect, operationTimeout }: Pick<CheckedStoreOptions, 'dialect' | 'operationTimeout'>,
  { waiting, writes }: { readonly waiting: number; readonly writes: boolean },
): Promise<Health> {
  const begun = performance.now()
  const check = open().then((core) => probe(core, writes))
  const fault = await within(operationTimeout, check, lateAnswer).then(
    () => undefined,
    (error: Error) => error,
  )
  const latency = Math.round((performance.now() - begun) * 10) / 10
  const code = fault && codeOf(fault)
  return {
    ok: !fault,
    dialect,
    latency,
    waiting,
    ...(code !== undefined && { code }),
    ...(isLasting(fault) && { remedy: fault.message.replace(/^stored-session: /, '') }),
  }
}

/** Whether an operator has to change something: the messages of these errors name no address, table or key. */
const isLasting = (fault: Error | undefined): fault is Error =>
  fault instanceof WrongSettingsError || fault instanceof ReplacedFileError

async function probe({ database, keys, proof }: StoreCore, writes: boolean): Promise<void> {
  await Promise.all([database.probe?.() ?? database.read([NOBODY]), keyOf(keys)])
  if (writes) await proof?.recent()
  else proof?.repeat()
}

async function keyOf(keys: StoreCore['keys']): Promise<void> {
  if (!(await keys.current())) throw new Error('the key provider has no current key')
}

function codeOf({ cause, ...error }: Error & { code?: unknown }): string | undefined {
  const { code } = (cause ?? error) as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
