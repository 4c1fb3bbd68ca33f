import type { DashboardContext, DashboardRoute } from './frame/visit.ts'
import { incidentKinds } from './incident/incident-kinds.ts'
import { incidentRoutes } from './incident/routes.ts'
import { jobRoutes } from './job-pages/routes.ts'
import { Jobs } from './jobs/jobs.ts'
import { overviewRoutes } from './overview/routes.ts'
import { sessionsRoutes } from './sessions/routes.ts'

/** All routes of the dashboard. */
export function pagesOf(context: DashboardContext): DashboardRoute[] {
  const jobs = new Jobs()
  context.onClose(() => jobs.close())
  return [...overviewRoutes(), ...sessionsRoutes(), ...incidentRoutes(jobs), ...jobRoutes(jobs, incidentKinds)]
}
