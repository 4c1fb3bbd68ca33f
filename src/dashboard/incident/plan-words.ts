import { html, type SafeHtml } from '../../pages/html.ts'
import { facts, queryString } from '../frame/forms.ts'
import { periods } from '../sessions/session-query.ts'
import { type IncidentPlan, planFields } from './incident-plan.ts'

/** Which sessions a plan ends, in words. */
export function planFacts({ what, query, before, keepsOwn, at }: IncidentPlan): SafeHtml {
  const { user, kind, country, network, age, used } = query
  const period = (value: string) => value !== '' && periods.find(([one]) => one === value)?.[1]
  const hasPeriod = age !== '' || used !== ''
  return facts([
    ['Sessions', what === 'all' && 'all, of all users'],
    ['User', user],
    ['Signed in', period(age)],
    ['Signed in before', before !== '' && `${before} UTC`],
    ['Last used', period(used)],
    ['Device', kind],
    ['Country', country],
    ['Network', network],
    ['Counted from', hasPeriod && html`<time datetime="${new Date(at).toISOString()}">${momentText(at)}</time>`],
    ['Your own session', keepsOwn && 'stays'],
  ])
}

const momentText = (at: number) => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** The path of the first step, with its fields as they were. */
export const changePath = (plan: IncidentPlan): string =>
  `/incident${queryString(planFields(plan).filter(([name]) => name !== 'at'))}`
