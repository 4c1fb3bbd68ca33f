import { Random } from '../history/random.ts'
import { type Actor, type Plan, Scheduler } from './scheduler.ts'

/**
 * Runs two actors, a and b, in every order in which b goes for a stretch at any place of a, and goes on when a has ended.
 * All interleavings are too many of an actor with dozens of steps, and most faults need no more.
 *
 * @returns how many there are
 */
export async function fewChanges(race: (scheduler: Scheduler, plan: Plan) => Promise<void>): Promise<number> {
  let count = 0
  for (let start = 0, isInside = true; isInside; start++) {
    for (let length = 1, isShort = true; isShort; length++) {
      const went = { a: 0, b: 0 }
      await race(new Scheduler(), oneStretch(start, length, went))
      count++
      isInside = went.a === start
      isShort = isInside && went.b === length
    }
  }
  return count
}

/** Lets a go to a place, then b for a stretch, then a to its end; counts the steps of the first two parts. */
function oneStretch(start: number, length: number, went: Record<'a' | 'b', number>): Plan {
  let isOver = false
  return (waiting: readonly Actor[]) => {
    const next = isOver || went.a < start ? 'a' : 'b'
    isOver ||= went.b === length
    const wanted = isOver ? 'a' : next
    const found = waiting.indexOf(wanted)
    if (found < 0) return 0
    if (!isOver) went[wanted] += 1
    return found
  }
}

/**
 * Runs interleavings that a seed chooses. Every other one changes hands only a few times: most faults need no more, and
 * a coin at every step hardly ever lets anybody get far while the others wait.
 */
export async function randomInterleavings(
  race: (scheduler: Scheduler, plan: Plan) => Promise<void>,
  count: number,
  seed: number,
): Promise<void> {
  const random = new Random(seed)
  for (let index = 0; index < count; index++) {
    const plan = index % 2 === 0 ? rareChanges(random) : ({ length }: readonly Actor[]) => random.below(length)
    await race(new Scheduler(), plan)
  }
}

/** Steps after which another may go on, on average. */
const USUAL_STRETCH = 6

function rareChanges(random: Random): (waiting: readonly Actor[]) => number {
  let current: Actor | undefined
  let left = 0
  return (waiting) => {
    if (left-- <= 0 || !waiting.includes(current!)) {
      current = random.pick(waiting)
      left = random.below(2 * USUAL_STRETCH)
    }
    return waiting.indexOf(current!)
  }
}
