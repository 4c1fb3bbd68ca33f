import { counted } from '../frame/words.ts'
import type { JobKind } from '../job-pages/job-kind.ts'
import { ENDED, OF, type Outcome } from './ending.ts'
import { changedResult, rehearsalResult } from './rehearsal-result.ts'
import type { Rehearsal } from './rehearsing.ts'
import { incidentReport } from './report.ts'

const OF_INCIDENTS = { section: 'Incident', needs: 'revoke', path: '/incident' } as const

/** Counting the sessions of an incident. */
export const rehearsalKind: JobKind<Rehearsal> = {
  ...OF_INCIDENTS,
  kind: 'rehearsal',
  title: 'Rehearsal',
  summary: ({ sessions }) => `${counted(sessions, 'session')} would end`,
  result: (visit, { result }) => rehearsalResult(visit, result),
}

/** Ending the sessions of an incident. */
export const endingKind: JobKind<Outcome> = {
  ...OF_INCIDENTS,
  kind: 'incident',
  title: 'Ending sessions',
  summary: (result) =>
    'changed' in result ? 'nothing ended: the number had changed' : `${counted(result.ended, 'session')} ended`,
  bar: [ENDED, OF],
  result: (visit, job) =>
    'changed' in job.result ? changedResult(visit, job.result) : incidentReport(visit, job, job.result),
}

export const incidentKinds = [rehearsalKind, endingKind] as readonly JobKind[]
