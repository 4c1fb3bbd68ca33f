import { type Assumptions, HOUR, MINUTE, SECOND } from './assumptions.ts'

/** The assumptions as people read them. */
export function assumptionList(assumptions: Assumptions, machine: { load: number; cores: number }): string {
  const { activeShare, visits, requests, pause, writingShare, logoutShare, peakAt, peakFactor } = assumptions
  const { idleTimeout, touchInterval, trimInterval, trimBatch, trimGrace } = assumptions
  const share = (value: number) => `${Math.round(value * 100)}%`
  return `- On one day ${share(activeShare)} of the users come, ${visits} times each. The visits of a user are a Poisson process.
- The traffic follows a cosine: at its busiest moment, ${peakAt / HOUR}:00, it has ${peakFactor} times the average of the day.
- A visit has ${requests} requests on average (geometric distribution), with pauses of ${pause / SECOND} s on average (exponential distribution).
- The first request of a visit signs in, with an INSERT and an UPDATE, unless the session of an earlier visit is alive.
- ${share(writingShare)} of the other requests change the session. ${share(logoutShare)} of the visits end by signing out, and the other sessions expire.
- The options have their defaults: \`idleTimeout\` ${idleTimeout / HOUR} h, \`touchInterval\` ${touchInterval / SECOND} s, \`trim\` every ${trimInterval / MINUTE} minutes in batches of ${trimBatch}
  rows with ${trimGrace / HOUR} h of grace. A session has 250 bytes as JSON.
- A core may be busy for ${share(machine.load)} of the busiest hour. A process of an application has one core, and a database server has ${machine.cores}.`
}
