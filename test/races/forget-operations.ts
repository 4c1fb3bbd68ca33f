import type { StoredSessionStore } from '../../src/index.ts'
import { load, newSession, save } from '../support/sessions.ts'
import { newId } from '../support/stores.ts'

/** The sessions that a race begins with. */
export interface Persons {
  /** Who is forgotten, and the session of this user. */
  readonly user: string
  readonly id: string
  /** A session without a user. */
  readonly visitor: string
  /** A user who stays. */
  readonly other: string
}

/** The ids of sessions that an operation gave to the user, and of those that it gave to the other. */
export interface Given {
  /** By a sign-in. */
  signedIn?: string
  /** By a rotation of the user's session. */
  moved?: string
  toOther?: string
}

type Operation = (store: StoredSessionStore, persons: Persons) => Promise<Given>

async function saved(store: StoredSessionStore, id: string, change: object): Promise<boolean> {
  const session = await load(store, id)
  if (!session) return false
  await save(store, id, Object.assign(session, change))
  return true
}

/** What can be under way beside a forgetting. */
export const besideForgetting: Record<string, Operation> = {
  async 'a sign-in'(store, { user, visitor }) {
    await saved(store, visitor, { userId: user })
    return { signedIn: visitor }
  },
  async 'a sign-in with a new session'(store, { user }) {
    const signedIn = newId()
    await save(store, signedIn, newSession({ userId: user }))
    return { signedIn }
  },
  async 'a save'(store, { id }) {
    await saved(store, id, { n: 1 })
    return {}
  },
  async 'a change of the user'(store, { id, other }) {
    await saved(store, id, { userId: other })
    return { toOther: id }
  },
  async 'a rotation'(store, { id }) {
    const session = await load(store, id)
    if (!session) return {}
    const { $storedSession, ...heir } = session
    const moved = newId()
    await store.rotate({ oldId: id, newId: moved, session, heir } as never)
    return { moved }
  },
  async 'a revocation'(store, { user }) {
    await store.revoke({ user })
    return {}
  },
  async 'a trim'(store) {
    await store.trim()
    return {}
  },
  async 'another forgetting'(store, { user }) {
    await store.forget({ user })
    return {}
  },
}
