import type { DashboardContext, DashboardRoute } from './frame/visit.ts'
import { Jobs } from './jobs/jobs.ts'
import { liveRoutes } from './live/routes.ts'
import { overviewRoutes } from './overview/routes.ts'
import { sessionsRoutes } from './sessions/routes.ts'
import { surveyRoutes } from './survey/routes.ts'

/** All routes of the dashboard. */
export function pagesOf(context: DashboardContext): DashboardRoute[] {
  const jobs = new Jobs()
  context.onClose(() => jobs.close())
  return [...overviewRoutes(context), ...liveRoutes(context), ...surveyRoutes(jobs), ...sessionsRoutes()]
}
