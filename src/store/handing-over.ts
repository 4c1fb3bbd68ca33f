import type { NewRow } from '../database/session-database.ts'
import { UnavailableError } from '../errors.ts'
import { keyIdOf } from '../payload/sealed-payload.ts'
import type { StoreCore } from './core.ts'
import { endForGood, type Finding } from './ending.ts'
import { markGone } from './gone.ts'
import { disinherit, type Predecessor } from './heirs.ts'
import { deadlineOf, trimTime } from './lifetime.ts'
import { UserChange } from './max-per-user.ts'
import { setProvenance } from './provenance.ts'
import { beginHeir } from './reading.ts'
import type { Save } from './save-draft.ts'
import type { SaveOutcome } from './save-group.ts'
import { serialize } from './serializing.ts'

/**
 * Stores the new session of a `regenerate(keys)`, and ends the old one, in steps between which no revocation slips:
 *
 * 1. A row is written for the new session, which is none yet (`rotating`). Revoking its user ends it all the same.
 * 2. The old session is ended.
 * 3. The new row becomes the session: with what it was given if step 2 ended the old one, and empty otherwise.
 */
export async function handOver(core: StoreCore, save: Save, old: Predecessor): Promise<SaveOutcome> {
  const change = new UserChange(core, save.sid)
  try {
    await change.begin(undefined, save.userId)
    const row = await rowOf(core, save)
    if (!(await core.database.insert(row)))
      throw new UnavailableError({ cause: new Error('the new id is in use already') })
    const finding = await endOld(core, save, old)
    const isHandedOver = finding === 'ended' || (finding === 'absent' && !old.wasStored)
    const outcome = await begin(
      core,
      save,
      isHandedOver ? { row, plaintext: save.snapshot } : await emptied(core, save, row, old, finding),
    )
    if (outcome === 'saved' && isHandedOver) await change.end(undefined, save.userId)
    return outcome
  } finally {
    await change.settle()
  }
}

interface Beginning {
  readonly row: NewRow
  readonly plaintext: Uint8Array
}

async function rowOf(core: StoreCore, { id, sid, lifetime, snapshot, userId }: Save): Promise<NewRow> {
  const now = Date.now()
  const data = await core.codec.seal({ sid, createdAt: now, id }, snapshot)
  const expiresAt = deadlineOf(core.limits, lifetime, now, now)
  const times = { createdAt: now, touchedAt: now, expiresAt, trimAt: trimTime(core.limits, expiresAt) }
  return { ...times, sid, data, keyId: keyIdOf(data), userId, version: 1, endedAt: now, endReason: 'rotating' }
}

/** When the old session cannot be ended the new one is not begun. */
async function endOld(core: StoreCore, { sid }: Save, old: Predecessor): Promise<Finding> {
  try {
    return await old.end()
  } catch (error) {
    await endForGood(core, sid).catch(() => {})
    throw error
  }
}

/** The row without what the old session had no right to hand over. */
async function emptied(
  core: StoreCore,
  save: Save,
  row: NewRow,
  old: Predecessor,
  finding: Finding,
): Promise<Beginning> {
  disinherit(core.events, save.session, old.id, finding === 'rotated')
  const plaintext = serialize(core, { cookie: save.lifetime })
  const { sid, createdAt } = row
  const data = await core.codec.seal({ sid, createdAt, id: save.id }, plaintext)
  return { row: { ...row, data, keyId: keyIdOf(data), userId: null }, plaintext }
}

// Without an answer to this last step the session has begun all the same: who comes to its row takes the step.
async function begin(core: StoreCore, save: Save, { row, plaintext }: Beginning): Promise<SaveOutcome> {
  const { session, lifetime } = save
  const isBegun = await beginHeir(core, row, row.userId).catch(() => undefined)
  if (isBegun === false) {
    disinherit(core.events, session, save.id, false)
    return markGone(core, save, 'revoked')
  }
  const { createdAt, touchedAt: usedAt, version } = row
  const stored = { version: isBegun ? version + 1 : 0, createdAt, plaintext, isTransparent: false }
  setProvenance(session, { ...stored, lifetime, usedAt, touched: false, isFormer: false, isWritten: true })
  return 'saved'
}
