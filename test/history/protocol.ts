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
  /** Missing where the store cannot do it. */
  readonly rotate?: (move: Move) => Promise<boolean>
}

type RotatingStore = CallbackStore & { rotate?(move: Move): Promise<boolean> }

/** Makes a {@link HistoryProtocol} of a store. */
export function historyProtocolOf(store: RotatingStore): HistoryProtocol {
  return {
    ...protocolOf(store),
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
