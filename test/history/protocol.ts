import { type CallbackStore, type Protocol, protocolOf, type Session } from '../races/protocol.ts'

/** A session on its way to another id. */
export interface Move {
  readonly oldId: string
  readonly newId: string
  readonly session: Session
  readonly heir: Record<string, unknown>
}

/** What hosts do with a store beside {@link Protocol}. */
export interface HistoryProtocol extends Protocol {
  /**
   * Ends one session and stores another one, as the host does: the second from within the callback of the first. The error
   * has `isNotEnded` when it is that of the first.
   */
  regenerate(oldId: string, newId: string, session: Session): Promise<void>
  /** Changes what is stored now. */
  update(id: string, session: Session, change: (session: Session) => void): Promise<void>
  /** Missing where the store cannot do it. */
  readonly rotate?: (move: Move) => Promise<boolean>
}

interface Updating {
  update(id: string, session: Session, change: () => void): Promise<void>
}

type RotatingStore = CallbackStore & { rotate?(move: Move): Promise<boolean>; readonly requests?: Updating }

/** Makes a {@link HistoryProtocol} of a store. */
export function historyProtocolOf(store: RotatingStore): HistoryProtocol {
  const protocol = protocolOf(store)
  return {
    ...protocol,
    // A store without updates reads, changes and saves.
    async update(id, session, change) {
      if (store.requests) return store.requests.update(id, session, () => change(session)).catch(unlessEnded)
      const found = await protocol.load(id)
      if (!found) return
      change(found)
      await protocol.save(id, found)
    },
    regenerate: (oldId, newId, session) =>
      new Promise((resolve, reject) => {
        store.destroy(oldId, (endError) => {
          store.set(newId, session as never, (error) => {
            if (endError) reject(Object.assign(endError as Error, { isNotEnded: true }))
            else if (error) reject(error)
            else resolve()
          })
        })
      }),
    ...(store.rotate && { rotate: (move) => store.rotate!(move) }),
  }
}

// A save of a session that has ended is acknowledged, and an update is refused: neither is stored.
function unlessEnded(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'FST_STORED_SESSION_ENDED') throw error
}
