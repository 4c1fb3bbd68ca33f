/** Formulas for what a day of traffic costs. Nothing here is drawn at random, and nothing is counted. */
import { type Assumptions, DAY, HOUR, nextRound, SECOND, trimTime, visitRate, warmUp } from './assumptions.ts'
import type { Quantities, Statements } from './quantities.ts'

/** The day is computed in steps of a minute, and looked at every five. */
const STEP = 60 * SECOND
const LOOK = 5

/** The course of the day and of the time before it: of each step what happens in it. */
interface Course {
  /** Visits that begin, and those of them that find no session of an earlier one. */
  readonly visits: Float64Array
  readonly signIns: Float64Array
  /** Visits that end by signing out, and last uses of sessions that nobody comes back to. */
  readonly logouts: Float64Array
  readonly abandoned: Float64Array
}

export function model(assumptions: Assumptions): Quantities {
  const course = courseOf(assumptions)
  const ofDay = (steps: Float64Array) => sum(steps.subarray(warmUp(assumptions) / STEP))
  const visits = ofDay(course.visits)
  const signIns = ofDay(course.signIns)
  const requests = visits * requestsPerVisit(assumptions)
  return {
    requests,
    peakRequests: peakRequests(assumptions),
    // Whoever signed out comes back without a cookie; that is as many as sign out.
    reads: requests - ofDay(course.logouts),
    signIns,
    saves:
      signIns +
      visits * (assumptions.requests - 1) * assumptions.writingShare +
      (visits - signIns) * assumptions.writingShare,
    // The first request of a visit to a session that is there always finds it stale.
    touches: visits * touchesPerVisit(assumptions) + (visits - signIns),
    logouts: ofDay(course.logouts),
    ...rowsOf(assumptions, course),
  }
}

/**
 * Statements of the day where requests within a window share their reads, and their saves.
 *
 * @param window - milliseconds
 */
export function statements(assumptions: Assumptions, window: number): Statements {
  const day = model(assumptions)
  // Of a Poisson process a window has none with the probability e^-n, where n come in the mean.
  const windows = (count: number) => {
    let occupied = 0
    for (let time = 0; time < DAY; time += STEP) {
      const inWindow = count * (visitRate(assumptions, time) / assumptions.visits) * window
      occupied += (STEP / window) * (1 - Math.exp(-inWindow))
    }
    return occupied
  }
  return {
    select: windows(day.reads),
    insert: day.signIns,
    update: windows(day.saves) + windows(day.touches) + day.logouts,
  }
}

const requestsPerVisit = ({ requests, logoutShare }: Assumptions) => requests + logoutShare
const visitDuration = (assumptions: Assumptions) => (requestsPerVisit(assumptions) - 1) * assumptions.pause

/** Visits that all begin in a millisecond: nobody begins one during another. */
function allVisits(assumptions: Assumptions, time: number): number {
  const rate = visitRate(assumptions, time)
  return (assumptions.users * assumptions.activeShare * rate) / (1 + rate * visitDuration(assumptions))
}

function peakRequests(assumptions: Assumptions): number {
  const steps = HOUR / STEP
  const times = Array.from({ length: steps }, (_, step) => assumptions.peakAt + (step + 0.5 - steps / 2) * STEP)
  const visits = times.reduce((total, time) => total + allVisits(assumptions, time), 0) / steps
  return visits * SECOND * requestsPerVisit(assumptions)
}

/**
 * Touches behind a request that has just renewed the last use. What comes next, by chance, is the end of the visit, a
 * save, which renews it too, or neither; when it is neither for a touch interval, the request after that one touches.
 */
function touchesPerVisit({ requests, pause, writingShare, logoutShare, touchInterval }: Assumptions): number {
  // Whoever signs out makes one more request, which changes nothing that is touched later.
  const goesOn = 1 - 1 / (requests + logoutShare)
  const ends = 1 - goesOn * (1 - writingShare)
  const quiet = Math.exp((-touchInterval / pause) * ends)
  return (goesOn * quiet) / (1 - goesOn * quiet - (1 - quiet) * ((goesOn * writingShare) / ends))
}

function courseOf(assumptions: Assumptions): Course {
  const { logoutShare, idleTimeout } = assumptions
  const start = -warmUp(assumptions)
  const length = (DAY - start) / STEP
  const at = (step: number) => start + (step + 0.5) * STEP
  const steps = () => new Float64Array(length)
  const course = { visits: steps(), signIns: steps(), logouts: steps(), abandoned: steps() }
  const returning = steps()
  const [idle, duration] = [Math.round(idleTimeout / STEP), Math.round(visitDuration(assumptions) / STEP)]
  for (let step = 0; step < length; step++) {
    course.visits[step] = allVisits(assumptions, at(step)) * STEP
    // Nobody was here before it began.
    const ended = step < duration ? 0 : course.visits[step - duration]!
    course.logouts[step] = ended * logoutShare
    let waiting = ended * (1 - logoutShare)
    for (let later = step; later < step + idle; later++) {
      const back = waiting * (1 - Math.exp(-visitRate(assumptions, at(later)) * STEP))
      if (later < length) returning[later]! += back
      waiting -= back
    }
    course.abandoned[step] = waiting
  }
  for (let step = 0; step < length; step++) course.signIns[step] = course.visits[step]! - returning[step]!
  return course
}

type RowQuantities = Pick<Quantities, 'trimmed' | 'rows' | 'live' | 'tombstones' | 'largestRound'>

function rowsOf(assumptions: Assumptions, course: Course): RowQuantities {
  const start = -warmUp(assumptions)
  const length = course.visits.length
  const removed = {
    ended: new Float64Array(length),
    abandoned: new Float64Array(length),
    over: new Float64Array(length),
  }
  const stepOf = (time: number) => Math.round((time - start) / STEP)
  const addTo = (steps: Float64Array, step: number, count: number) => {
    if (step < length) steps[step]! += count
  }
  for (let step = 0; step < length; step++) {
    const [time, idle] = [start + (step + 0.5) * STEP, assumptions.idleTimeout]
    const trimmedAt = (end: number) => stepOf(nextRound(assumptions, trimTime(assumptions, end)))
    addTo(removed.ended, trimmedAt(time), course.logouts[step]!)
    addTo(removed.abandoned, trimmedAt(time + idle), course.abandoned[step]!)
    addTo(removed.over, step + idle / STEP, course.abandoned[step]!)
  }
  return levels(course, removed, -start / STEP)
}

function levels(
  { signIns, logouts }: Course,
  removed: Record<'ended' | 'abandoned' | 'over', Float64Array>,
  dayBegins: number,
): RowQuantities {
  const now = { rows: 0, live: 0, tombstones: 0 }
  const most = { rows: 0, live: 0, tombstones: 0, largestRound: 0, trimmed: 0 }
  for (let step = 0; step < signIns.length; step++) {
    const round = removed.ended[step]! + removed.abandoned[step]!
    now.rows += signIns[step]! - round
    now.live += signIns[step]! - logouts[step]! - removed.over[step]!
    now.tombstones += logouts[step]! - removed.ended[step]!
    if (step < dayBegins) continue
    most.trimmed += round
    most.largestRound = Math.max(most.largestRound, round)
    if (step % LOOK > 0) continue
    for (const level of ['rows', 'live', 'tombstones'] as const) most[level] = Math.max(most[level], now[level])
  }
  return most
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
