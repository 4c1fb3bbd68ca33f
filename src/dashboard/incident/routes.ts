import type { Answer, DashboardRoute, Visit } from '../frame/visit.ts'
import { startJob } from '../job-pages/job-kind.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { confirmationPage, WORD } from './confirmation.ts'
import { endMeant } from './ending.ts'
import { incidentPage } from './incident-form.ts'
import { endingKind, incidentKinds, rehearsalKind } from './incident-kinds.ts'
import { faultOf, type IncidentPlan, planOf } from './incident-plan.ts'
import { ownHandleOf } from './own-session.ts'
import { rehearse } from './rehearsing.ts'

/** Ending many sessions in three steps: which, a rehearsal, and a word that confirms. */
export function incidentRoutes(jobs: Jobs): DashboardRoute[] {
  return [
    { method: 'GET', path: '/incident', needs: 'revoke', answer: (visit) => firstStep(visit, jobs) },
    { method: 'POST', path: '/incident/rehearsal', needs: 'revoke', answer: (visit) => startRehearsal(visit, jobs) },
    { method: 'POST', path: '/incident/end', needs: 'revoke', answer: (visit) => startEnding(visit, jobs) },
  ]
}

async function firstStep(visit: Visit, jobs: Jobs, posted?: IncidentPlan): Promise<Answer> {
  const { query } = visit
  // Without a plan in the address the operator's own session stays, which is what most want.
  const plan = posted ?? { ...planOf(query), keepsOwn: query.get('keep') === 'yes' || !query.has('what') }
  return incidentPage(visit, {
    plan,
    fault: posted && faultOf(posted),
    hasOwn: (await ownHandleOf(visit.store, visit.request)) !== undefined,
    jobs: jobs.list().filter(({ kind }) => incidentKinds.some((one) => one.kind === kind)),
  })
}

async function startRehearsal(visit: Visit, jobs: Jobs): Promise<Answer> {
  const plan = planOf(visit.form)
  if (faultOf(plan) !== undefined) return firstStep(visit, jobs, plan)
  const incident = await incidentOf(visit, plan)
  return startJob(jobs, visit, rehearsalKind, (control) => rehearse(incident, control))
}

async function startEnding(visit: Visit, jobs: Jobs): Promise<Answer> {
  const { form } = visit
  const plan = planOf(form)
  const sessions = Number(form.get('sessions') ?? Number.NaN)
  if (faultOf(plan) !== undefined || !Number.isSafeInteger(sessions) || sessions < 0)
    return firstStep(visit, jobs, plan)
  if (form.get('word')?.trim() !== WORD)
    return confirmationPage(visit, { plan, sessions }, `Nothing has ended. Type ${WORD}, in capitals, to end them.`)
  const incident = await incidentOf(visit, plan)
  return startJob(jobs, visit, endingKind, (control) => endMeant(incident, sessions, control))
}

async function incidentOf({ store, request, operator: { actor } }: Visit, plan: IncidentPlan) {
  return { store, plan, actor, own: await ownHandleOf(store, request) }
}
