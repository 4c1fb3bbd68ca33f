import type { DashboardRoute, Visit } from '../frame/visit.ts'
import { type JobKind, startJob } from '../job-pages/job-kind.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { doctorKind, keyCountKind, reencryptKind, trimKind } from './housekeeping-kinds.ts'
import { housekeepingPage, RATES } from './housekeeping-page.ts'
import { askDoctor, countByKey, reencrypt, trim } from './tasks.ts'
import type { TrimRounds } from './trim-rounds.ts'

/** What the pages of housekeeping share. */
export interface Housekeeping {
  readonly jobs: Jobs
  readonly rounds: TrimRounds
  /** All kinds of jobs, for the list of jobs. */
  readonly kinds: readonly JobKind[]
}

/** Whether trimming keeps up and how old keys are, with the jobs that mend it. */
export function housekeepingRoutes({ jobs, rounds, kinds }: Housekeeping): DashboardRoute[] {
  const start = (name: string, answer: DashboardRoute['answer']): DashboardRoute => ({
    method: 'POST',
    path: `/housekeeping/${name}`,
    needs: 'keys',
    answer,
  })
  return [
    {
      method: 'GET',
      path: '/housekeeping',
      needs: 'view',
      answer: (visit) => housekeepingPage(visit, { rounds, jobs: jobs.list(), kinds }),
    },
    start('trim', (visit) =>
      startJob(jobs, visit, trimKind, (control) => trim(visit.store, visit.operator.actor, control)),
    ),
    start('reencrypt', (visit) =>
      startJob(jobs, visit, reencryptKind, (control) => reencrypt(visit.store, sealingOf(visit), control)),
    ),
    start('keys', (visit) => startJob(jobs, visit, keyCountKind, (control) => countByKey(visit.store, control))),
    start('doctor', (visit) => startJob(jobs, visit, doctorKind, (control) => askDoctor(visit.store, control))),
  ]
}

function sealingOf({ form, operator: { actor } }: Visit) {
  const rate = RATES.find((one) => one !== '' && one === form.get('rate'))
  return { actor, rate: rate === undefined ? undefined : Number(rate) }
}
