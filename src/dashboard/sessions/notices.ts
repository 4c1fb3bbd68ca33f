import type { Visit } from '../frame/visit.ts'
import { counted } from '../frame/words.ts'

const NOTICE = /^(ended|everywhere|forgotten)-(\d{1,9})$/

/** What the page says after an action. An address can only choose among these sentences. */
export function noticeOf({ query }: Pick<Visit, 'query'>): string | undefined {
  const [, kind, number] = NOTICE.exec(query.get('done') ?? '') ?? []
  const count = Number(number)
  if (kind === 'ended') return count === 0 ? 'The session had already ended.' : 'The session has ended.'
  if (kind === 'everywhere') return `${counted(count, 'session')} of this user ended.`
  if (kind === 'forgotten')
    return `The user was forgotten: ${counted(count, 'session')} ended, and the history keeps no trace of the user.`
  return undefined
}
