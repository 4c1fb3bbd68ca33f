import { html } from '../../pages/html.ts'
import type { DashboardRoute } from '../frame/visit.ts'

/** The first page. */
export function overviewRoutes(): DashboardRoute[] {
  return [
    {
      method: 'GET',
      path: '',
      needs: 'view',
      answer: () => ({ title: 'Overview', section: 'Overview', content: html`<p class="lead">…</p>` }),
    },
  ]
}
