import type { SessionRow } from '../../database/contract/session-database.ts'
import { InvalidOptionsError, UnavailableError } from '../../errors.ts'
import { type Binding, newBinding } from '../../payload/binding/sealed-binding.ts'
import { isSealed, keyIdOf, UnreadablePayload } from '../../payload/sealed-payload.ts'
import { formatSid, isWellFormedId, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { trimTime } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { recordBinding } from '../history/session-changes.ts'
import type { Visitor } from '../live/live-session.ts'
import { type OpenedRow, openCurrent } from '../requests/opened-row.ts'

/** A registration gives up after this many changes by other requests. */
const ATTEMPTS = 20

/** A session that a device wants to be bound to. */
export interface Registration {
  readonly id: string
  /** The public key of the device: SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly visitor: Visitor | undefined
}

/**
 * Binds a session to a device, once: another device never takes its place. A device that registers again, because an
 * answer was lost, finds its binding.
 *
 * @returns undefined when there is no such session, or when it is bound to another device
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS` for a storage that keeps no bindings
 */
export async function bindSession(
  core: StoreCore,
  operation: Operation,
  registration: Registration,
): Promise<Binding | undefined> {
  const { id } = registration
  if (!isWellFormedId(id)) return undefined
  return core.turns.run(sidOf(id).toString('latin1'), async () => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const row = await core.rows.find(sidOf(id), operation.measures)
      const opened = row && row.endReason !== 'rotated' ? await openCurrent(core, operation, row, { id }) : undefined
      // A row that is not sealed yet has no key for the binding.
      if (!opened || 'reason' in opened || !isSealed(opened.row.data)) return undefined
      if (opened.row.binding) return knownBinding(core, opened.row, registration)
      operation.deadline.check()
      const binding = await bind(core, operation, opened, registration)
      if (binding) return binding
    }
    throw new UnavailableError({ cause: new Error(`the session changed ${ATTEMPTS} times in turn`) })
  })
}

async function knownBinding(
  core: StoreCore,
  row: SessionRow,
  { publicKey }: Registration,
): Promise<Binding | undefined> {
  try {
    const binding = await core.bindingCodec.open(row, row.binding!)
    return binding.publicKey.equals(publicKey) ? binding : undefined
  } catch (error) {
    if (error instanceof UnreadablePayload) return undefined
    throw error
  }
}

/** Writes the binding into the row; undefined when another request changed the row before. */
async function bind(
  core: StoreCore,
  operation: Operation,
  { row, content }: OpenedRow,
  { publicKey, visitor }: Registration,
): Promise<Binding | undefined> {
  const { sid, version, data, metadata, expiresAt } = row
  if (row.binding === undefined)
    throw new InvalidOptionsError(
      'deviceBound needs a storage that keeps the column binding; implement it, or omit deviceBound',
    )
  const keyId = keyIdOf(data)
  const binding = newBinding(sid, publicKey)
  const stored = await core.bindingCodec.seal(row, keyId, binding)
  if (!stored) throw new UnavailableError({ cause: new Error('the key of the session is not at hand') })
  const userId = core.userOf(content)
  const live = { endedAt: null, endReason: null, trimAt: trimTime(core.limits, expiresAt), metadata, now: Date.now() }
  const isBound = await core.rows.replace(
    { sid, version, data, userId, keyId, binding: stored, ...live },
    operation.measures,
  )
  if (!isBound) return undefined
  core.events.emit('bound', { sid: formatSid(sid) })
  await recordBinding(core, { sid, userId, visitor })
  return binding
}
