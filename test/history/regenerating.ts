import type { Process } from './ground.ts'
import type { KnownSession, Loaded } from './known-session.ts'

/** What `request.session.regenerate(keys)` does: the new session takes content of the old one over, as that ends. */
export async function regenerate({ protocol }: Process, old: Loaded, next: KnownSession, key: string): Promise<void> {
  const { known, id } = old
  const loaded = next.make()
  // By an old id nobody can tell whether it is a sign-out: it ends the session, and takes nothing over.
  const isOver = known.lineage.hasOldId(id) || known.life.endedBy !== undefined
  next.inheritance.mayBeUnknown = known.life.mayBeTrimmed
  if (isOver && !known.life.mayBeTrimmed) next.inheritance.mustBeEmpty = true
  // Whoever meets it before that is known.
  next.life.mayNotBe()
  let isSure = false
  next.inheritance.mayBeEmpty = true
  const end = async () => {
    const before = known.before(id)
    await protocol.regenerate(id, loaded.id, loaded.session)
    isSure = known.wasAlive(before)
  }
  try {
    await next.beginBy(() => known.endBy(end, id), loaded, key)
  } catch (error) {
    if ((error as { isNotEnded?: true }).isNotEnded) next.inheritance.mustBeEmpty = true
    throw error
  }
  if (!isSure) return
  next.life.mustBe()
  next.inheritance.mayBeEmpty = false
}
