import { inspect } from 'node:util'
import { html } from '../../pages/html.ts'
import { Refusal, tooMany } from '../frame/refusal.ts'
import type { Page, Visit } from '../frame/visit.ts'
import { shortHandle } from './session-table.ts'

/** Looks of one operator within a minute, and operators that are remembered. */
const MOST_LOOKS = 10
const MINUTE_MS = 60_000
const MOST_OPERATORS = 1_000

/** Limits how fast operators look, so that a stolen entrance does not read all sessions. */
export class Looks {
  readonly #looks = new Map<string, number[]>()

  /** @throws {@link Refusal} when an operator looks too often */
  note(actor: string): void {
    const now = Date.now()
    const recent = (this.#looks.get(actor) ?? []).filter((at) => at > now - MINUTE_MS)
    if (recent.length >= MOST_LOOKS) {
      const seconds = Math.ceil((recent[0]! + MINUTE_MS - now) / 1_000)
      throw tooMany(
        `You can look at the content of ${MOST_LOOKS} sessions in a minute. Try again in ${seconds} seconds.`,
        seconds,
      )
    }
    this.#looks.delete(actor)
    this.#looks.set(actor, [...recent, now])
    if (this.#looks.size > MOST_OPERATORS) this.#looks.delete(this.#looks.keys().next().value!)
  }
}

const DEPTH = 12
const MOST_ITEMS = 1_000
const LONGEST_TEXT = 10_000

/** The content of a session; the look is recorded first. */
export async function revealPage({ store, params, operator, base }: Visit, looks: Looks): Promise<Page> {
  const handle = params.handle!
  looks.note(operator.actor)
  const content = await store.reveal({ handle, actor: operator.actor })
  if (!content) {
    throw new Refusal(
      404,
      'There is no content',
      'The session has expired or ended, or its content cannot be decrypted.',
    )
  }
  const text = inspect(content, {
    depth: DEPTH,
    maxArrayLength: MOST_ITEMS,
    maxStringLength: LONGEST_TEXT,
    sorted: false,
  })
  return {
    title: 'Content',
    section: 'Sessions',
    notice: 'This look was recorded with your name.',
    content: html`<p class="lead">What session <code>${shortHandle(handle)}</code> holds now. Values have their types; the cookie is omitted.</p>
<section class="card"><pre tabindex="0">${text}</pre></section>
<p class="actions"><a class="button" href="${base}/sessions/${handle}">Back to the session</a></p>`,
  }
}
