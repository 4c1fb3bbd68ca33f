import type { StoredSessionStore } from '../../src/index.ts'
import { inheritedBinding } from '../../src/store/binding/inherited-binding.ts'
import type { FoundDevice } from '../../src/store/devices/find-device.ts'
import { noteOf } from '../../src/store/live/live-session.ts'
import { sidOf } from '../support/rows.ts'
import { destroy, load, newSession, save, touch } from '../support/sessions.ts'
import { newId } from '../support/stores.ts'

/** What one party of a race was told. */
export interface Deed {
  /** The public key that the session is bound to, by its own registration. */
  bound?: Buffer
  found?: FoundDevice
  ended?: boolean
  saved?: boolean
  /** The id of the session that goes on, or begins in its place. */
  moved?: string
  /** Whether that began from what was not bound yet. */
  beganUnbound?: boolean
}

export interface Raced {
  readonly id: string
  readonly user: string
}

export type Operation = (store: StoredSessionStore, raced: Raced) => Promise<Deed>

/** Binds the session to a key; nothing looks at its bytes. */
export function binding(publicKey: Buffer): Operation {
  return async (store, { id }) => {
    const bound = await store.requests.bind({ id, publicKey, visitor: undefined })
    return bound ? { bound: bound.publicKey } : {}
  }
}

/** Looks for the device as a refresh does, with the cookie. */
export const finding: Operation = async (store, { id }) => ({ found: await store.requests.findDevice([id], sidOf(id)) })

/** What can be under way beside these. */
export const besideBinding: Record<string, Operation> = {
  async save(store, { id }) {
    const session = await load(store, id)
    if (!session) return {}
    await save(store, id, Object.assign(session, { other: 1 }))
    return { saved: true }
  },
  async touch(store, { id }) {
    const session = await load(store, id)
    if (session) await touch(store, id, session)
    return {}
  },
  async rotate(store, { id }) {
    const session = await load(store, id)
    if (!session) return {}
    const { $storedSession, ...heir } = session
    const moved = newId()
    return (await store.rotate({ oldId: id, newId: moved, session, heir } as never)) ? { moved } : {}
  },
  async 'regenerate with keys'(store, raced) {
    return regenerate(store, raced, { base: 1, user: raced.user })
  },
  async 'regenerate without keys'(store, raced) {
    return regenerate(store, raced, {})
  },
  async destroy(store, { id }) {
    if (!(await load(store, id))) return {}
    await destroy(store, id)
    return { ended: true }
  },
  async revoke(store, { user }) {
    await store.revoke({ user })
    return { ended: true }
  },
  async trim(store) {
    await store.trim()
    return {}
  },
}

/** What the plugin does for a `regenerate()`, and for a change of the new session after it. */
async function regenerate(store: StoredSessionStore, { id, user }: Raced, content: object): Promise<Deed> {
  const session = await load(store, id)
  if (!session) return {}
  Object.defineProperty(session, 'sessionId', { value: id })
  const inherited = inheritedBinding(session as never)
  const [moved, heir] = [newId(), newSession({ ...content })]
  noteOf(heir).inherited = inherited
  await store.requests.replace(id, session, moved, heir as never)
  await save(store, moved, Object.assign(heir, { user }))
  return { moved, beganUnbound: inherited === undefined }
}
