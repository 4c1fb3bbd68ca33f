import { shared } from './shared-statements.ts'

/** A change of one row's content. */
interface ContentChange {
  readonly sid: Buffer
  readonly data: Buffer
}

/** Rows that one statement changes at most. */
export const LARGEST_UPDATE = 64
/** Bytes of a payload that shares a statement at most: for larger ones it saves little, and MySQL limits such values. */
export const LARGEST_SHARED_BYTES = 16 * 1024

/**
 * Makes updates of one turn of the event loop share one statement. Two changes of one row never do: the second one
 * builds on the first.
 *
 * @param update - changes rows with keys of their own, and says of each whether it was changed
 * @param underWay - statements under way at a time
 */
export function sharedUpdates<Change extends ContentChange>(
  update: (changes: readonly Change[]) => Promise<readonly boolean[]>,
  underWay: number,
): (change: Change) => Promise<boolean> {
  return shared(update, { underWay, takes: differentRows })
}

function differentRows(): (change: ContentChange) => boolean {
  const keys = new Set<string>()
  let rows = 0
  let areSmall = true
  return ({ sid, data }) => {
    keys.add(sid.toString('latin1'))
    rows += 1
    areSmall &&= data.length <= LARGEST_SHARED_BYTES
    return areSmall && keys.size === rows && rows <= LARGEST_UPDATE
  }
}
