import { type Assumptions, HOUR, MINUTE, SECOND } from './assumptions.ts'

/** The assumptions as people read them. */
export function assumptionList(assumptions: Assumptions, machine: { load: number; cores: number }): string {
  const { activeShare, visits, requests, pause, writingShare, logoutShare, peakAt, peakFactor } = assumptions
  const { idleTimeout, touchInterval, trimInterval, trimBatch, trimGrace } = assumptions
  const share = (value: number) => `${Math.round(value * 100)}%`
  return `- ${share(activeShare)} of the users come on one day, ${visits} times each: a Poisson process for each of them
- the busiest moment of the day, at ${peakAt / HOUR}:00, has ${peakFactor} times the mean; in between the rate follows a cosine
- a visit has ${requests} requests in the mean, geometrically distributed, with pauses of ${pause / SECOND} s in the mean, exponentially
  distributed
- the first request of a visit signs in, with an INSERT and an UPDATE, unless the session of an earlier visit is alive
- ${share(writingShare)} of the other requests change the session; ${share(logoutShare)} of the visits end by signing out, and the others are left idle
- the options are the usual ones: \`idleTimeout\` ${idleTimeout / HOUR} h, \`touchInterval\` ${touchInterval / SECOND} s, \`trim\` every ${trimInterval / MINUTE} minutes in batches of ${trimBatch}
  rows with ${trimGrace / HOUR} h of grace; a session has 250 bytes as JSON
- a core may be busy for ${share(machine.load)} of the busiest hour; a process of an application has one, and a server of a database ${machine.cores}`
}
