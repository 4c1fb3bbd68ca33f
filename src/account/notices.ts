import { filled } from '../pages/filled.ts'
import type { AccountTexts } from './texts/texts.ts'

/** What an action did, as the address of the next page names it: a kind, and how many devices. */
export type Notice = `${(typeof KINDS)[number]}-${number}`

const KINDS = ['one', 'others', 'this', 'everywhere'] as const
const NOTICE = /^(one|others|this|everywhere)-(\d{1,6})$/

/** What the page says after an action; undefined without one. An address can only choose among these sentences. */
export function noticeText(done: unknown, texts: AccountTexts, isSignedIn: boolean): string | undefined {
  const [, kind, number] = NOTICE.exec(typeof done === 'string' ? done : '') ?? []
  // A link cannot make a signed-in user believe to be signed out, or the reverse.
  if (kind === undefined || (kind === 'one' || kind === 'others') !== isSignedIn) return undefined
  if (kind === 'one') return texts.doneOne
  if (kind === 'this') return texts.doneThis
  if (kind === 'everywhere') return texts.doneEverywhere
  const count = Number(number)
  if (count === 0) return texts.doneOthersNone
  return count === 1 ? texts.doneOthersOne : filled(texts.doneOthers, { count })
}
