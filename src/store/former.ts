import { provenanceOf } from './provenance.ts'

const former = new WeakSet<object>()

/** Notes that a live session goes on under another id than the one that its request holds. */
export function noteFormer(session: object): void {
  former.add(session)
}

/** Whether a request holds an id that was rotated: it may read on, and must leave the cookie alone. */
export function isFormer(session: object): boolean {
  return former.has(session) || (provenanceOf(session as Record<string, unknown>)?.isFormer ?? false)
}
