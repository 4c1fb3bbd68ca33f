import type { NewRow } from '../../database/contract/session-database.ts'
import { UnavailableError } from '../../errors.ts'
import { keyIdOf } from '../../payload/sealed-payload.ts'
import { UNBOUND } from '../binding/carried-binding.ts'
import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { recordWrite } from '../history/session-changes.ts'
import { noteOf, UNKNOWN_VERSION } from '../live/live-session.ts'
import { setLoadedVersion } from '../live/loaded-version.ts'
import { endForGood, type Finding, markGone } from '../requests/ending.ts'
import { disinherit, type Predecessor } from '../requests/heirs.ts'
import { beginHeir } from '../requests/opened-row.ts'
import { pendingRow, sealed, sealedRow, serialize } from '../requests/sealed-row.ts'
import { UserChange } from '../users/max-per-user.ts'
import type { Save } from './save-draft.ts'
import type { SaveOutcome } from './save-group.ts'

/**
 * Stores the new session of a `regenerate(keys)`, and ends the old session. A revocation between the steps works too:
 *
 * 1. A row is written for the new session, but it is not a session yet (`rotating`). Revoking its user ends it as well.
 * 2. The old session is ended.
 * 3. The new row becomes the session: with its content if step 2 ended the old session, and empty otherwise.
 */
export async function handOver(
  core: StoreCore,
  operation: Operation,
  save: Save,
  old: Predecessor,
): Promise<SaveOutcome> {
  const change = new UserChange(core, save.sid)
  try {
    await change.begin(undefined, save.userId)
    const sealable = { ...save, plaintext: save.snapshot }
    const carried = {
      uses: { stored: null, isNew: true, visitor: save.visitor },
      binding: noteOf(save.session).inherited ?? UNBOUND,
    }
    const row = pendingRow(await sealedRow(core, operation, save, sealable, carried), 1)
    if (!(await core.rows.insert(row, operation.measures)))
      throw new UnavailableError({ cause: new Error('the new id is in use already') })
    const finding = await endOld(core, save, old)
    const isHandedOver = finding === 'ended' || (finding === 'absent' && !old.wasStored)
    if (!isHandedOver) disinherit(core.events, save.session, old.id, finding === 'rotated')
    const beginning = isHandedOver ? { row, plaintext: save.snapshot } : await emptied(core, operation, save, row)
    const outcome = await begin(core, operation, save, beginning)
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

/** If the old session cannot be ended, the new session must not begin. */
async function endOld(core: StoreCore, { sid }: Save, old: Predecessor): Promise<Finding> {
  try {
    return await old.end()
  } catch (error) {
    await endForGood(core, sid).catch(() => {})
    throw error
  }
}

/** The row without content, because the old session had already ended or was named by an old id. */
async function emptied(core: StoreCore, operation: Operation, save: Save, row: NewRow): Promise<Beginning> {
  const { id, lifetime } = save
  const plaintext = serialize(core, { cookie: lifetime })
  const { sid, createdAt } = row
  const data = await sealed(core, operation, { sid, createdAt, id }, plaintext)
  return { row: { ...row, data, keyId: keyIdOf(data), userId: null }, plaintext }
}

// The session has begun even if this last step gets no answer, because the next read of its row takes the step.
async function begin(
  core: StoreCore,
  operation: Operation,
  save: Save,
  { row, plaintext }: Beginning,
): Promise<SaveOutcome> {
  const { session, lifetime } = save
  const isBegun = await beginHeir(core, operation, row, row.userId).catch(() => undefined)
  if (isBegun === false) {
    disinherit(core.events, session, save.id, false)
    return markGone(core, save, 'revoked')
  }
  const { createdAt, touchedAt: usedAt, version, metadata, binding } = row
  const next = isBegun ? version + 1 : UNKNOWN_VERSION
  const stored = { version: next, createdAt, plaintext, isJsonVisible: false, metadata, binding }
  setLoadedVersion(session, { ...stored, lifetime, usedAt, touched: false, hasOldId: false, isWritten: true })
  noteOf(session).isFirst = true
  await recordWrite(core, { ...save, base: undefined, userId: row.userId })
  return 'saved'
}
