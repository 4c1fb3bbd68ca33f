import type { Examination } from '../examination.ts'
import { type Found, fault, ok, skipped, warning } from '../finding.ts'

/** Clocks of several servers that differ by this much end sessions early, and trim what another one may still ask for. */
const FAULT_MS = 30_000
const WARNING_MS = 2_000

/** Compares the clock of the application, by which all timeouts are measured, with the clock of the database. */
export async function checkClock(examination: Examination, now: () => number): Promise<Found[]> {
  const begun = now()
  const clock = await examination.clock()
  const ended = now()
  if (clock === undefined)
    return [skipped('the database runs in the process of the application, and has the same clock')]
  // It was read at some moment in between.
  const difference = Math.max(begun - clock, clock - ended, 0)
  if (difference < WARNING_MS)
    return [ok(`the clocks of application and database differ by less than ${WARNING_MS / 1_000} s`)]
  const ahead = clock < begun ? 'ahead of' : 'behind'
  const message = `the clock of the application is ${(difference / 1_000).toFixed(1)} s ${ahead} that of the database`
  const remedy =
    'Set the clock that is wrong, and keep it right with NTP (timedatectl set-ntp true): timeouts are measured with the clock of the application'
  return [difference < FAULT_MS ? warning(message, remedy) : fault(message, remedy)]
}
