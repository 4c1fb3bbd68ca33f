import type { SessionEventEmitter, SessionEvents } from '../../store/core/events.ts'

/** What to do at events, by their names. */
export type EventListeners = { readonly [Name in keyof SessionEvents]?: (...event: SessionEvents[Name]) => void }

/** Listens to events of the store; the result ends it. */
export function listenTo(events: SessionEventEmitter, listeners: EventListeners): () => void {
  const entries = Object.entries(listeners) as [keyof SessionEvents, () => void][]
  for (const [name, listener] of entries) events.on(name, listener)
  return () => {
    for (const [name, listener] of entries) events.off(name, listener)
  }
}
