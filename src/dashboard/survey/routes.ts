import { tooMany } from '../frame/refusal.ts'
import type { Answer, DashboardRoute, Visit } from '../frame/visit.ts'
import type { Job, JobControl, Jobs } from '../jobs/jobs.ts'
import { type SurveyResult, surveySessions } from './survey.ts'
import { surveyPage } from './survey-page.ts'

const RETRY_S = 60

/** A survey of the live sessions. It changes nothing, so every operator may start it. */
export function surveyRoutes(jobs: Jobs): DashboardRoute[] {
  const surveys = new LatestSurveys(jobs)
  return [
    { method: 'GET', path: '/survey', needs: 'view', answer: (visit) => surveyPage(visit, surveys) },
    { method: 'POST', path: '/survey', needs: 'view', answer: (visit) => surveys.start(visit) },
    { method: 'POST', path: '/survey/stop', needs: 'view', answer: () => surveys.stop() },
  ]
}

class LatestSurveys {
  readonly #jobs: Jobs
  latest: Job<SurveyResult> | undefined
  // Kept here, because jobs of other kinds push it out of the list of jobs.
  #finished: Job<SurveyResult> | undefined

  constructor(jobs: Jobs) {
    this.#jobs = jobs
  }

  get finished(): Job<SurveyResult> | undefined {
    if (this.latest?.result) this.#finished = this.latest
    return this.#finished
  }

  /** Starts a survey, unless one runs. */
  start({ store, operator }: Visit): Answer {
    if (this.latest?.state !== 'running') {
      this.#finished = this.finished
      const run = (control: JobControl) => surveySessions(store, control)
      const job = this.#jobs.start({ kind: 'survey', actor: operator.actor, run })
      if (!job) throw tooMany('Other jobs are running. Wait until one has ended, or stop one.', RETRY_S)
      this.latest = job
    }
    return { redirect: '/survey' }
  }

  stop(): Answer {
    if (this.latest) this.#jobs.stop(this.latest.id)
    return { redirect: '/survey' }
  }
}
