import { MergeError, UnstorableError } from '../../errors.ts'
import type { StoreCore } from '../core/core.ts'
import type { SessionContent } from '../live/content.ts'
import { type FollowedRow, noteOf } from '../live/live-session.ts'
import { laterTimes, withoutTimes, withTimes } from '../live/stored-times.ts'
import { mergeThreeWays } from '../merging/merge.ts'
import type { OpenedRow } from '../requests/opened-row.ts'
import { serialize } from '../requests/sealed-row.ts'
import { type Draft, type Save, takeBack, type Update } from './save-draft.ts'

/**
 * Merges saves in their order into the stored content, or into each other if no content is stored, and runs the
 * functions of updates on the content that is current in their turn.
 *
 * @param renewed - the row that a renewal moved the session to meanwhile
 */
export async function mergedDraft(
  core: StoreCore,
  current: OpenedRow | undefined,
  saves: readonly Save[],
  renewed?: FollowedRow,
): Promise<Draft> {
  const draft = new MergedDraft(core, current)
  try {
    for (const save of saves) {
      if (save.update) await draft.runUpdate(save, save.update)
      else draft.add(save)
    }
    return draft.finished(renewed ?? (saves.every(({ followed }) => followed) ? saves[0]!.followed : undefined))
  } catch (error) {
    takeBack(draft)
    throw error
  }
}

/** The stored session is that of another user. */
class ForeignUser extends Error {}

/** A content in one of its two forms, or in both. */
interface Form {
  plaintext?: Uint8Array
  content?: SessionContent
}

class MergedDraft {
  readonly taken: Save[] = []
  readonly #foreign: Save[] = []
  readonly #failed: Save[] = []
  readonly #conflicts: string[] = []
  readonly #core: StoreCore
  readonly #current: OpenedRow | undefined
  /** What each session had when it was taken. */
  readonly #latest = new Map<object, Uint8Array>()
  #form: Form | undefined

  constructor(core: StoreCore, current: OpenedRow | undefined) {
    this.#core = core
    this.#current = current
    this.#form = current && { plaintext: current.plaintext, content: current.content }
  }

  /** Merges the content of a save, unless that would mix two users. */
  add(save: Save): void {
    const merged = this.#mergedWith(save, save.snapshot)
    if (!merged) return void this.#foreign.push(save)
    this.#form = merged
    this.#take(save, save.snapshot)
  }

  /** Runs the function of an update on its session, which gets the current content before. */
  async runUpdate(save: Save, update: Update): Promise<void> {
    try {
      const plaintext = await update.run((before) => {
        const merged = this.#mergedWith(save, before)
        if (!merged) throw new ForeignUser()
        return this.#plaintextOf(merged)
      })
      this.#form = { plaintext }
      this.#take(save, plaintext)
    } catch (error) {
      if (error instanceof ForeignUser) return void this.#foreign.push(save)
      update.failure = error
      this.#failed.push(save)
    }
  }

  /** @param row - the row to write, if all saves were made with earlier ids */
  finished(row: FollowedRow | undefined): Draft {
    const { userOf } = this.#core
    const current = this.#current
    const form = this.#form ?? { content: { cookie: {} } }
    const plaintext = this.taken.length > 0 ? this.#plaintextOf(form) : current!.plaintext
    const content = this.#contentOf(form)
    const base = current && { ...current.row, plaintext: current.plaintext, isJsonVisible: false }
    const followed = row && current && { ...row, usedAt: current.row.touchedAt }
    const [taken, foreign, failed, conflicts] = [this.taken, this.#foreign, this.#failed, this.#conflicts]
    const saves = { taken, foreign, failed, conflicts }
    return { base, followed, plaintext, lifetime: content.cookie, userId: userOf(content), ...saves }
  }

  #take(save: Save, snapshot: Uint8Array): void {
    this.taken.push(save)
    this.#latest.set(save.session, snapshot)
  }

  /** The current content with the changes of a session; undefined if that would mix two users. */
  #mergedWith({ session, base }: Save, snapshot: Uint8Array): Form | undefined {
    if (!this.#form) return { plaintext: snapshot }
    const from = this.#latest.get(session) ?? this.#attemptOf(session) ?? base?.plaintext
    const { plaintext } = this.#form
    if (from && plaintext && Buffer.compare(from, plaintext) === 0) return { plaintext: snapshot }
    const before = from && this.#decoded(from)
    const ours = this.#decoded(snapshot)
    const theirs = this.#contentOf(this.#form)
    if (mixesUsers(this.#core, before, theirs, ours)) return undefined
    const rules = this.#core.mergeRules
    const sides = [before ? withoutTimes(before) : {}, withoutTimes(theirs), withoutTimes(ours)] as const
    const { content, conflicts } = mergeThreeWays(...sides, rules)
    this.#conflicts.push(...conflicts)
    // Of the times beside the lifetime the later ones stay, which is no conflict.
    return { content: { ...content, cookie: withTimes(content.cookie, laterTimes(theirs.cookie, ours.cookie)) } }
  }

  /** What a session had when it wrote the stored content, if it got no answer to that. */
  #attemptOf(session: object): Uint8Array | undefined {
    const { attempt } = noteOf(session)
    const stored = this.#current?.plaintext
    return attempt && stored && Buffer.compare(attempt.plaintext, stored) === 0 ? attempt.snapshot : undefined
  }

  #plaintextOf(form: Form): Uint8Array {
    form.plaintext ??= this.#serialized(form.content!)
    return form.plaintext
  }

  #contentOf(form: Form): SessionContent {
    form.content ??= this.#decoded(form.plaintext!)
    return form.content
  }

  #decoded(plaintext: Uint8Array): SessionContent {
    return this.#core.codec.deserialize(plaintext) as SessionContent
  }

  // Stored contents can be stored again, so what cannot comes from a function of the application.
  #serialized(content: SessionContent): Uint8Array {
    try {
      return serialize(this.#core, content)
    } catch (error) {
      if (!(error instanceof UnstorableError) || !isFunction(this.#core.mergeRules[error.path])) throw error
      throw new MergeError(error.path, `its result cannot be stored: ${error.reason}`, { cause: error })
    }
  }
}

const isFunction = (rule: unknown) => typeof rule === 'function'

/**
 * Whether a merge would mix the content of two users, because the stored session has another user than the base of this
 * save. A save that began without a user may join the stored user.
 */
function mixesUsers(
  { userOf }: StoreCore,
  base: SessionContent | undefined,
  theirs: SessionContent,
  ours: SessionContent,
): boolean {
  const [before, stored] = [base ? userOf(base) : null, userOf(theirs)]
  if (before === stored) return false
  const wanted = userOf(ours)
  return before !== null || (wanted !== null && wanted !== stored)
}
