import type { DashboardContext, DashboardRoute } from './frame/visit.ts'
import type { Jobs } from './jobs/jobs.ts'
import { overviewRoutes } from './overview/routes.ts'
import { sessionsRoutes } from './sessions/routes.ts'

/** All routes of the dashboard. */
export function pagesOf(context: DashboardContext, jobs: Jobs): DashboardRoute[] {
  context.onClose(() => jobs.close())
  return [...overviewRoutes(), ...sessionsRoutes()]
}
