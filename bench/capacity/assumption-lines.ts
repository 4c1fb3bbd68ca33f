import { type Assumptions, HOUR, MINUTE, SECOND } from './assumptions.ts'

/** The assumptions as people read them. */
export function assumptionLines(assumptions: Assumptions, machine: { load: number; cores: number }): string[] {
  const { activeShare, visits, requests, pause, writingShare, logoutShare } = assumptions
  const share = (value: number) => `${Math.round(value * 100)}%`
  const lines = [
    `${share(activeShare)} of the users come on one day, ${visits} times each: a Poisson process for each of them`,
    `the busiest moment of the day, at ${assumptions.peakAt / HOUR}:00, has ${assumptions.peakFactor} times the mean; between, the rate is a cosine`,
    `a visit has ${requests} requests in the mean, geometrically distributed, with pauses of ${pause / SECOND} s in the mean, exponentially distributed`,
    `the first request of a visit signs in, with an INSERT and an UPDATE, unless the session of the last visit is alive`,
    `${share(writingShare)} of the other requests change the session; ${share(logoutShare)} of the visits end by signing out, and the others are left idle`,
    `the options are the usual ones: \`idleTimeout\` ${assumptions.idleTimeout / HOUR} h, \`touchInterval\` ${assumptions.touchInterval / SECOND} s, \`trim\` every ${assumptions.trimInterval / MINUTE} minutes in batches of ${assumptions.trimBatch} rows with ${assumptions.trimGrace / HOUR} h of grace; sessions have 250 bytes as JSON`,
    `a core may be busy for ${share(machine.load)} of the busiest hour, and a node has ${machine.cores} cores`,
  ]
  return [lines.map((line) => `- ${line}`).join('\n')]
}
