import type { DashboardContext, DashboardRoute } from '../frame/visit.ts'
import { overviewPage } from './overview-page.ts'
import { Snapshot } from './snapshot.ts'

/** The first page. */
export function overviewRoutes({ store, onClose }: DashboardContext): DashboardRoute[] {
  const snapshot = new Snapshot(store)
  onClose(() => snapshot.close())
  return [{ method: 'GET', path: '', needs: 'view', answer: (visit) => overviewPage(visit, snapshot) }]
}
