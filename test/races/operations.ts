import { randomBytes } from 'node:crypto'
import { newSession, type Protocol } from './protocol.ts'

/** What one party of a race did, as far as it was told that it was done. */
export interface Deed {
  /** It was told that its key is stored in the session. */
  saved?: boolean
  /** It was told that the session has ended. */
  ended?: boolean
  /** It was told that this new session is stored. */
  begun?: string
}

/** What a race is about: one session, and what the store can do beyond the host's protocol. */
export interface Ground {
  readonly id: string
  /** Whom its sessions belong to: nobody else's, so that a revocation has little to do. */
  readonly user: string
  readonly protocol: Protocol
  readonly revoke: (user: string) => Promise<unknown>
  readonly trim: () => Promise<unknown>
}

/** One request, or one call of an operator. `key` is the one that it changes. */
export type Operation = (ground: Ground, key: string) => Promise<Deed>

export const operations: Record<string, Operation> = {
  async 'save new'({ id, protocol, user }, key) {
    await protocol.save(id, newSession({ [key]: 1, user }))
    return { saved: true }
  },
  async 'save loaded'({ id, protocol }, key) {
    const session = await protocol.load(id)
    if (!session) return {}
    session[key] = 1
    await protocol.save(id, session)
    return { saved: true }
  },
  async touch({ id, protocol }) {
    const session = await protocol.load(id)
    if (session) await protocol.touch(id, session)
    return {}
  },
  async reload({ id, protocol }, key) {
    if (!(await protocol.load(id))) return {}
    // The host makes an empty session under the same id when there is none any more, and saves it.
    const session = (await protocol.load(id)) ?? newSession()
    session[key] = 1
    await protocol.save(id, session)
    return { saved: true }
  },
  async regenerate({ id, protocol, user }) {
    if (!(await protocol.load(id))) return {}
    const begun = randomBytes(24).toString('base64url')
    await protocol.end(id)
    await protocol.save(begun, newSession({ user }))
    return { ended: true, begun }
  },
  async destroy({ id, protocol }) {
    if (!(await protocol.load(id))) return {}
    await protocol.end(id)
    return { ended: true }
  },
  async 'destroy new'({ id, protocol }) {
    await protocol.end(id)
    return { ended: true }
  },
  async revoke({ revoke, user }) {
    await revoke(user)
    return {}
  },
  async trim({ trim }) {
    await trim()
    return {}
  },
}
