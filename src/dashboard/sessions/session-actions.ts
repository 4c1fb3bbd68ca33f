import { LostRotationError } from '../../errors.ts'
import { html } from '../../pages/html.ts'
import { queryString, question, textField } from '../frame/forms.ts'
import { notFound, Refusal } from '../frame/refusal.ts'
import type { Answer, Page, Visit } from '../frame/visit.ts'
import { counted } from '../frame/words.ts'

/** Asks before one session ends. */
export async function askToEnd(visit: Visit): Promise<Page> {
  const { handle } = visit.params
  if (!(await visit.store.inspect(handle!))) throw notFound('There is no session with this handle.')
  return {
    title: 'End this session?',
    section: 'Sessions',
    content: question(visit, `/sessions/${handle}/end`, {
      lead: 'It ends at once and permanently, also for requests that are under way. Its user has to sign in again on this device.',
      yes: 'End the session',
      back: `/sessions/${handle}`,
    }),
  }
}

export async function endSession({ store, params, operator }: Visit): Promise<Answer> {
  const handle = params.handle!
  try {
    const { revoked } = await store.revoke({ handle, actor: operator.actor })
    return { redirect: `/sessions/${handle}?done=ended-${revoked}` }
  } catch (error) {
    if (error instanceof LostRotationError) throw new Refusal(409, 'The session was not ended', error.message)
    throw error
  }
}

/** The user in the query or the form. */
export function userOf({ query, form }: Pick<Visit, 'query' | 'form'>): string {
  const user = form.get('user') ?? query.get('user') ?? ''
  if (user === '') throw notFound('The address names no user.')
  return user
}

/** The path of the page of a user. */
export const userPath = (user: string, done?: string): string =>
  `/user${queryString([
    ['user', user],
    ['done', done],
  ])}`

/** Asks before a user is signed out everywhere. */
export async function askToSignOut(visit: Visit): Promise<Page> {
  const user = userOf(visit)
  const { revoked } = await visit.store.revoke({ user, dryRun: true })
  return {
    title: `Sign out ${user} everywhere?`,
    section: 'Sessions',
    content: question(visit, '/user/sign-out', {
      lead: `${counted(revoked, 'session')} would end, at once and permanently.`,
      yes: 'Sign out everywhere',
      back: userPath(user),
      fields: [['user', user]],
    }),
  }
}

export async function signOutUser(visit: Visit): Promise<Answer> {
  const user = userOf(visit)
  const { revoked } = await visit.store.revoke({ user, actor: visit.operator.actor })
  return { redirect: userPath(user, `everywhere-${revoked}`) }
}

/** Asks before a user is forgotten; the operator has to type the user. */
export async function askToForget(visit: Visit): Promise<Page> {
  const user = userOf(visit)
  const { sessions, events } = await visit.store.forget({ user, dryRun: true })
  return {
    title: `Forget ${user}?`,
    section: 'Sessions',
    content: question(visit, '/user/forget', {
      lead: `${counted(sessions, 'session')} would end, and ${counted(events, 'event')} would lose the user and all details. Kinds and times of the events stay. This cannot be undone.`,
      yes: 'Forget this user',
      back: userPath(user),
      fields: [['user', user]],
      content: html`<div class="filter">${textField('confirmation', 'Type the user to confirm', '', { required: true })}</div>`,
    }),
  }
}

export async function forgetUser(visit: Visit): Promise<Answer> {
  const user = userOf(visit)
  if (visit.form.get('confirmation') !== user) {
    throw new Refusal(
      400,
      'Nothing was changed',
      'The confirmation is not the user. Go back, and type the user exactly.',
    )
  }
  const { sessions } = await visit.store.forget({ user, actor: visit.operator.actor })
  return { redirect: userPath(user, `forgotten-${sessions}`) }
}
