import type { DashboardRoute } from '../frame/visit.ts'
import { listPage } from './list-page.ts'
import { Looks, revealPage } from './reveal-page.ts'
import { askToEnd, askToForget, askToSignOut, endSession, forgetUser, signOutUser } from './session-actions.ts'
import { sessionPage } from './session-page.ts'
import { userPage } from './user-page.ts'

/** The pages of sessions and of users. */
export function sessionsRoutes(): DashboardRoute[] {
  const looks = new Looks()
  return [
    { method: 'GET', path: '/sessions', needs: 'view', answer: listPage },
    { method: 'GET', path: '/sessions/:handle', needs: 'view', answer: sessionPage },
    { method: 'GET', path: '/sessions/:handle/end', needs: 'revoke', answer: askToEnd },
    { method: 'POST', path: '/sessions/:handle/end', needs: 'revoke', answer: endSession },
    { method: 'POST', path: '/sessions/:handle/reveal', needs: 'reveal', answer: (visit) => revealPage(visit, looks) },
    { method: 'GET', path: '/user', needs: 'view', answer: userPage },
    { method: 'GET', path: '/user/sign-out', needs: 'revoke', answer: askToSignOut },
    { method: 'POST', path: '/user/sign-out', needs: 'revoke', answer: signOutUser },
    { method: 'GET', path: '/user/forget', needs: 'forget', answer: askToForget },
    { method: 'POST', path: '/user/forget', needs: 'forget', answer: forgetUser },
  ]
}
