import { isWellFormedId, sidOf } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import type { Operation } from '../core/operation.ts'
import { type Reading, readRow, UNKNOWN } from './reading.ts'
import type { Asker } from './unproven.ts'

/** An id, and the result of reading it. */
export interface IdReading {
  readonly id: string
  readonly reading: Reading
}

/**
 * Reads ids in one statement until one has a session, whose last use alone is renewed. Rotated ids come last, because a
 * browser may still have an old cookie of its session. When none has a session, the result is the first id that ever had
 * one.
 */
export async function readFirst(
  core: StoreCore,
  operation: Operation,
  ids: readonly [string, ...string[]],
  asker: Asker = {},
): Promise<IdReading> {
  const find = (id: string) => (isWellFormedId(id) ? core.rows.find(sidOf(id), operation.measures) : undefined)
  const rows = await Promise.all(ids.map(find))
  let ended: IdReading | undefined
  const isRotated = (index: number) => rows[index]?.endReason === 'rotated'
  const order = [...ids.keys()].sort((one, other) => Number(isRotated(one)) - Number(isRotated(other)))
  for (const index of order) {
    const [id, row] = [ids[index]!, rows[index]]
    const reading = row ? await readRow(core, operation, row, id, asker) : UNKNOWN
    if (reading.session) return { id, reading }
    if (reading.reason !== 'unknown') ended ??= { id, reading }
  }
  return ended ?? { id: ids[0], reading: UNKNOWN }
}
