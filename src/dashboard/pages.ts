import type { DashboardContext, DashboardRoute } from './frame/visit.ts'
import { housekeepingKinds } from './housekeeping/housekeeping-kinds.ts'
import { housekeepingRoutes } from './housekeeping/routes.ts'
import { TrimRounds } from './housekeeping/trim-rounds.ts'
import { incidentKinds } from './incident/incident-kinds.ts'
import { incidentRoutes } from './incident/routes.ts'
import { jobRoutes } from './job-pages/routes.ts'
import type { Jobs } from './jobs/jobs.ts'
import { liveRoutes } from './live/routes.ts'
import { overviewRoutes } from './overview/routes.ts'
import { sessionsRoutes } from './sessions/routes.ts'
import { surveyRoutes } from './survey/routes.ts'

/** All routes of the dashboard. */
export function pagesOf(context: DashboardContext, jobs: Jobs): DashboardRoute[] {
  const { store, onClose } = context
  const rounds = new TrimRounds(store.events)
  onClose(() => jobs.close())
  onClose(() => rounds.close())
  const kinds = [...incidentKinds, ...housekeepingKinds]
  return [
    ...overviewRoutes(context),
    ...liveRoutes(context),
    ...surveyRoutes(jobs),
    ...sessionsRoutes(),
    ...incidentRoutes(jobs),
    ...housekeepingRoutes({ jobs, rounds, kinds }),
    ...jobRoutes(jobs, kinds),
  ]
}
