import { sidOf } from '../../payload/session-id.ts'
import type { noteOf } from '../live/live-session.ts'
import { loadedVersionOf } from '../live/loaded-version.ts'

/** What a new session gets of the session that it replaces: the device, so that a copied cookie cannot shed it. */
export function inheritedBinding(replaced: { readonly sessionId: string }): ReturnType<typeof noteOf>['inherited'] {
  const loaded = loadedVersionOf(replaced)
  if (!loaded?.binding) return undefined
  const { binding: stored, createdAt, currentSid = sidOf(replaced.sessionId) } = loaded
  return { stored, from: { sid: currentSid, createdAt } }
}
