import { UnreadablePayload } from '../../payload/sealed-payload.ts'
import { formatSid } from '../../payload/session-id.ts'
import type { StoreCore } from '../core/core.ts'
import { type SessionHandle, sidOfHandle } from '../core/handle.ts'
import { reasonOver } from '../core/lifetime.ts'
import { checkedActor } from '../options/actor.ts'
import { checkObject } from '../options/filter-checks.ts'
import { OptionChecks } from '../options/option-checks.ts'

/**
 * The options of `reveal()`: whose content to open, and for whom.
 *
 * @example
 * ```ts
 * const options: RevealOptions = { handle, actor: 'support: Grace' }
 * const content = await store.reveal(options)
 * ```
 */
export interface RevealOptions {
  /** The handle of the session. */
  handle: SessionHandle
  /** Who looks: 1 to 255 characters. */
  actor: string
}

/** The content of a session, with its types; without its cookie. */
export type RevealedContent = Record<string, unknown>

/**
 * The content of a live session, for an operator; undefined for a session that has expired or ended, and for one that
 * does not open. The look is an event, and is recorded in the history before anything is opened.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`, also with `bindToCookie`, because no content opens without its cookie;
 * `FST_STORED_SESSION_INVALID_HANDLE`
 */
export async function revealSession(core: StoreCore, options: RevealOptions): Promise<RevealedContent | undefined> {
  const checks = new OptionChecks()
  checkObject('reveal()', options, checks)
  checks.names(options, ['handle', 'actor'])
  if (options.actor === undefined) checks.fault('actor', 'is missing; name the operator who looks')
  const actor = checkedActor(options.actor, checks)!
  if (core.bindToCookie) {
    checks.fault('bindToCookie', 'is on, so no content opens without the cookie of its session')
  }
  checks.done('reveal()')
  const sid = sidOfHandle('handle', options.handle)
  const [row] = await core.database.read([sid])
  if (!row || reasonOver(core.limits, row, Date.now())) return undefined
  await recordLook(core, sid, actor)
  try {
    const { cookie: _, ...content } = core.codec.deserialize(await core.codec.open(row, row.data))
    return content
  } catch (error) {
    if (error instanceof UnreadablePayload) return undefined
    throw error
  }
}

async function recordLook(core: StoreCore, sid: Buffer, actor: string): Promise<void> {
  core.events.emit('revealed', { sid: formatSid(sid), actor })
  const [row] = (await core.database.listing?.list({ sid }, undefined, 1)) ?? []
  await core.history?.recordNow({ sid, kind: 'revealed', userId: row?.userId ?? null, details: { actor } })
}
