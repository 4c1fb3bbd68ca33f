import type { SessionOperation } from '../instruments/operation.ts'
import { type Beginning, trace } from '../instruments/trace.ts'
import { formatSid, isWellFormedId, sidOf } from '../payload/session-id.ts'
import type { StoreCore } from './core.ts'
import type { Deadline } from './deadline.ts'
import { type Ending, endSession as end, type Finding } from './ending.ts'
import type { Predecessor } from './heirs.ts'
import type { LiveSession } from './live-session.ts'
import { type Measures, measuredCore } from './measured-core.ts'
import type { DeleteOutcome, ReadOutcome, WriteOutcome } from './outcomes.ts'
import { type Reading, readSession as read } from './reading.ts'
import { type ReencryptOptions, type ReencryptResult, reencryptSessions as reencrypt } from './reencrypting.ts'
import { type RevokeFilter, type RevokeResult, revokeSessions as revoke } from './revoking.ts'
import { type Rotation, rotateSession as rotate } from './rotating.ts'
import { type SaveOutcome, saveSession as save } from './saving.ts'

/*
 * The store's operations as channels and listeners see them. Each is what it is without them, on a core that measures;
 * where nobody listens, on the core itself.
 */

/** {@link read}, traced. */
export function readSession(core: StoreCore, id: string): Reading | Promise<Reading> {
  const { events } = core
  if (!events.hears('read') && !events.hears('expired')) return read(core, id)
  const beginning = beginningOf(id)
  const measured = measuredCore(core)
  return trace(
    events,
    'read',
    beginning,
    () => read(measured.core, id),
    (reading) => {
      const { reason } = reading ?? {}
      if (reason === 'idle' || reason === 'absolute') events.emit('expired', { sid: beginning.sid!, reason })
      return { ...known(measured.measures), outcome: (reason ?? 'found') satisfies ReadOutcome }
    },
  )
}

/**
 * {@link save}, traced.
 *
 * @param previousId - the id of the session that this one replaces in `regenerate()`
 * @param old - that session, where this one takes over what it held
 */
export function saveSession(
  core: StoreCore,
  id: string,
  session: LiveSession,
  deadline: Deadline,
  previousId?: string,
  old?: Predecessor,
): Promise<SaveOutcome> {
  const { events } = core
  if (!events.hears('write') && !events.hears('created') && !events.hears('regenerated'))
    return save(core, id, session, deadline, old)
  const beginning = beginningOf(id)
  const measured = measuredCore(core)
  return trace(
    events,
    'write',
    beginning,
    () => save(measured.core, id, session, deadline, old),
    (saved) => {
      const outcome = writeOutcome(saved, measured.measures)
      const sid = beginning.sid!
      if (outcome === 'created') events.emit('created', { sid })
      if (outcome === 'created' && previousId !== undefined) {
        events.emit('regenerated', { sid, previousSid: formatSid(sidOf(previousId)) })
      }
      return { ...known(measured.measures), outcome }
    },
  )
}

function writeOutcome(saved: SaveOutcome | undefined, { inserted }: Measures): WriteOutcome {
  if (saved !== 'saved') return saved ?? 'gone'
  return inserted ? 'created' : 'updated'
}

/** {@link rotate}, traced: a session that continues under a new id. */
export function rotateSession(core: StoreCore, rotation: Rotation, deadline: Deadline): Promise<boolean> {
  const { events } = core
  if (!events.hears('write') && !events.hears('regenerated')) return rotate(core, rotation, deadline)
  const [sid, previousSid] = [rotation.newId, rotation.oldId].map((id) => formatSid(sidOf(id))) as [string, string]
  const measured = measuredCore(core)
  return trace(
    events,
    'write',
    { sid },
    () => rotate(measured.core, rotation, deadline),
    (isDone) => {
      if (isDone) events.emit('regenerated', { sid, previousSid })
      return { ...known(measured.measures), outcome: (isDone ? 'rotated' : 'unchanged') satisfies WriteOutcome }
    },
  )
}

/** {@link end}, traced. */
export function endSession(core: StoreCore, id: string, ending: Ending): Promise<Finding> {
  if (!core.events.hears('delete')) return end(core, id, ending)
  const measured = measuredCore(core)
  return trace(
    core.events,
    'delete',
    beginningOf(id),
    () => end(measured.core, id, ending),
    () => ({
      ...known(measured.measures),
      outcome: (measured.measures.ended ? 'destroyed' : 'absent') satisfies DeleteOutcome,
    }),
  )
}

/** {@link revoke}, traced, unless it is a rehearsal; users and handles stay out of it. */
export async function revokeSessions(core: StoreCore, filter: RevokeFilter): Promise<RevokeResult> {
  if (filter?.dryRun) return revoke(core, filter)
  const measured = measuredCore(core)
  const result = await trace(
    core.events,
    'delete',
    {},
    () => revoke(measured.core, filter),
    (done) => ({
      ...known(measured.measures),
      sessions: done?.revoked ?? 0,
      outcome: 'revoked' satisfies DeleteOutcome,
    }),
  )
  if (result.revoked > 0) core.events.emit('revoked', { sessions: result.revoked })
  return result
}

/** {@link reencrypt}, traced. */
export function reencryptSessions(core: StoreCore, options?: ReencryptOptions): Promise<ReencryptResult> {
  const measured = measuredCore(core)
  return trace(
    core.events,
    'reencrypt',
    {},
    () => reencrypt(measured.core, options),
    (result) => ({
      ...known(measured.measures),
      sessions: result?.reencrypted ?? 0,
      outcome: result?.remaining ? 'partial' : 'complete',
    }),
  )
}

const beginningOf = (id: string): Beginning => (isWellFormedId(id) ? { sid: formatSid(sidOf(id)) } : {})

function known({ databaseMs, cryptoMs, bytes, shared }: Measures): Partial<SessionOperation> {
  return { databaseMs, cryptoMs, ...(bytes && { bytes }), ...(shared && { shared }) }
}
