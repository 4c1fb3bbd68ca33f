import type { DashboardRoute } from '../frame/visit.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { JobKind } from './job-kind.ts'
import { jobPage, stopJob, stopPath } from './job-page.ts'

/**
 * The page of a job, and for each part of the dashboard a route that stops its jobs, with the permission that starting
 * them needs.
 */
export function jobRoutes(jobs: Jobs, kinds: readonly JobKind[]): DashboardRoute[] {
  const stops = [...new Set(kinds.map(stopPath))].map((path): DashboardRoute => {
    const own = kinds.filter((kind) => stopPath(kind) === path)
    return { method: 'POST', path, needs: own[0]!.needs, answer: (visit) => stopJob(visit, jobs, own) }
  })
  return [{ method: 'GET', path: '/jobs/:id', needs: 'view', answer: (visit) => jobPage(visit, jobs, kinds) }, ...stops]
}
