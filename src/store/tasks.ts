import type { Beginning } from '../instruments/trace.ts'
import type { Binding } from '../payload/binding/sealed-binding.ts'
import { formatSid, isWellFormedId, sidOf } from '../payload/session-id.ts'
import type { DeleteOutcome, ReadOutcome, SessionEventEmitter, WriteOutcome } from './core/events.ts'
import type { Task } from './core/operation.ts'
import { bindSession, type Registration } from './devices/bind-session.ts'
import { type FoundDevice, findDevice } from './devices/find-device.ts'
import type { LiveSession } from './live/live-session.ts'
import { type Ending, endSession, type Finding } from './requests/ending.ts'
import { type IdReading, readFirst } from './requests/first-reading.ts'
import { type Reading, readSession } from './requests/reading.ts'
import { type Rotation, rotateSession } from './requests/rotating.ts'
import { touchSession } from './requests/touching.ts'
import type { Asker } from './requests/unproven.ts'
import { type Origin, type SaveOutcome, saveSession } from './saving/saving.ts'
import { type SessionChange, updateSession } from './saving/updating.ts'

/*
 * The tasks of requests, and what channels and listeners receive about them.
 */

const sidText = (id: string) => formatSid(sidOf(id))
const aboutId = (id: string): Beginning => (isWellFormedId(id) ? { sid: sidText(id) } : {})

export const READ: Task<[id: string, asker?: Asker], Reading> = {
  work: readSession,
  observed: {
    name: 'read',
    events: ['expired'],
    begin: aboutId,
    finish: ({ events }, reading, id) => outcomeOf(events, { id, reading }),
  },
}

/** Reads the first of several ids that has a session. */
export const READ_FIRST: Task<[ids: readonly [string, ...string[]], asker?: Asker], IdReading> = {
  work: readFirst,
  observed: {
    name: 'read',
    events: ['expired'],
    begin: ([id]) => aboutId(id),
    finish: ({ events }, read, [id]) => outcomeOf(events, { id, ...read }),
  },
}

function outcomeOf(events: SessionEventEmitter, { id, reading }: { id: string; reading?: Reading | undefined }) {
  const { reason } = reading ?? {}
  if (reason === 'idle' || reason === 'absolute') events.emit('expired', { sid: sidText(id), reason })
  return { outcome: (reason ?? 'found') satisfies ReadOutcome }
}

export const SAVE: Task<[id: string, session: LiveSession, origin?: Origin], SaveOutcome> = {
  work: saveSession,
  observed: {
    name: 'write',
    events: ['created', 'regenerated'],
    begin: aboutId,
    finish({ events, measures }, saved, id, _session, origin) {
      const isCreated = saved === 'saved' && measures.hasInserted
      const outcome = isCreated ? 'created' : saved === 'saved' ? 'updated' : (saved ?? 'gone')
      if (isCreated) events.emit('created', { sid: sidText(id) })
      if (isCreated && origin) events.emit('regenerated', { sid: sidText(id), previousSid: sidText(origin.previousId) })
      return { outcome: outcome satisfies WriteOutcome }
    },
  },
}

/** Runs a function on the stored content of a session. Observed as the save that it is. */
export const UPDATE: Task<[id: string, session: LiveSession, change: SessionChange], SaveOutcome> = {
  work: updateSession,
  observed: {
    name: 'write',
    events: ['created'],
    begin: aboutId,
    finish({ events, measures }, saved, id) {
      const isCreated = saved === 'saved' && measures.hasInserted
      if (isCreated) events.emit('created', { sid: sidText(id) })
      const outcome = isCreated ? 'created' : saved === 'saved' ? 'updated' : (saved ?? 'gone')
      return { outcome: outcome satisfies WriteOutcome }
    },
  },
}

/** A factor for the time of a rotation, because it finds out the outcome of a statement that got no answer. */
const ROTATION_ALLOWANCE = 3

/** Moves a session to a new id. */
export const ROTATE: Task<[rotation: Rotation], boolean> = {
  work: rotateSession,
  allowance: ROTATION_ALLOWANCE,
  observed: {
    name: 'write',
    events: ['regenerated'],
    begin: ({ newId }) => ({ sid: sidText(newId) }),
    finish({ events }, isDone, { oldId, newId, isRenewal }) {
      if (isDone) events.emit('regenerated', { sid: sidText(newId), previousSid: sidText(oldId) })
      const outcome = !isDone ? 'unchanged' : isRenewal ? 'renewed' : 'rotated'
      return { outcome: outcome satisfies WriteOutcome }
    },
  },
}

export const END: Task<[id: string, ending: Ending], Finding> = {
  work: endSession,
  observed: {
    name: 'delete',
    events: [],
    begin: aboutId,
    finish: ({ measures }) => ({ outcome: (measures.hasEnded ? 'destroyed' : 'absent') satisfies DeleteOutcome }),
  },
}

/** Not observed here, because its statement is observed. */
export const TOUCH: Task<[id: string, session: LiveSession], void> = { work: touchSession }

/** Binds a session to a device. */
export const BIND: Task<[registration: Registration], Binding | undefined> = { work: bindSession }

/** Finds the device of a session that a browser names. */
export const FIND_DEVICE: Task<[ids: readonly string[], name: Buffer], FoundDevice> = { work: findDevice }

/** Whether an id has a session that was not ended, for responses that send the id again. */
export const IS_PRESENT: Task<[id: string], boolean> = {
  work: async ({ rows }, _operation, id) => (await rows.find(sidOf(id)))?.endedAt === null,
}
