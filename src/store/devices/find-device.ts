import type { SessionRow } from '../../database/contract/session-database.ts'
import { LostRotationError } from '../../errors.ts'
import type { Binding } from '../../payload/binding/sealed-binding.ts'
import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import { isWellFormedId, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { reasonOver } from '../core/lifetime.ts'
import type { Operation } from '../core/operation.ts'
import { rowsFrom } from '../rotation/successors.ts'

/**
 * What a browser names when it renews its proof. `ended`: the browser has no use for the device any more. `unknown`: it
 * cannot be told here, because the browser sent no cookie, and no row has this name.
 */
export type FoundDevice = Binding | 'ended' | 'unknown'

/**
 * Finds the device that a session is bound to, with one read. A browser omits its cookies when a link of another site
 * begins the request; then the name leads to the row that the session had when it was bound.
 *
 * @param ids - the ids of the session's cookies, if the browser sent any
 * @param name - the sid that the session had when it was bound
 */
export async function findDevice(
  core: StoreCore,
  operation: Operation,
  ids: readonly string[],
  name: Buffer,
): Promise<FoundDevice> {
  for (const id of ids) {
    const row = isWellFormedId(id) ? await currentRow(core, id) : undefined
    if (row && isLive(core, row)) return deviceIn(core, row, name)
  }
  // The browser has another session now, or none.
  if (ids.length > 0) return 'ended'
  const row = await core.rows.find(name, operation.measures)
  if (!row) return 'unknown'
  // Rows of sessions that continue under another id keep the binding.
  return row.endedAt !== null || isLive(core, row) ? deviceIn(core, row, name) : 'ended'
}

async function currentRow(core: StoreCore, id: string): Promise<SessionRow | undefined> {
  try {
    return (await rowsFrom(core, sidOf(id), { id })).at(-1)
  } catch (error) {
    if (error instanceof LostRotationError) return undefined
    throw error
  }
}

const isLive = ({ limits }: StoreCore, row: SessionRow) => {
  const pending = row.endReason === 'rotating' ? { ...row, endedAt: null, endReason: null } : row
  return reasonOver(limits, pending, Date.now()) === undefined
}

async function deviceIn(core: StoreCore, row: SessionRow, name: Buffer): Promise<FoundDevice> {
  if (!row.binding) return 'ended'
  try {
    const binding = await core.bindingCodec.open(row, row.binding)
    return binding.name.equals(name) ? binding : 'ended'
  } catch (error) {
    if (error instanceof UnreadablePayload) return 'ended'
    throw error
  }
}
