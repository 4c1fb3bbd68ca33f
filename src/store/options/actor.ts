import type { OptionChecks } from './option-checks.ts'

const LONGEST_ACTOR = 255

/** The actor of an operator's call; undefined without one. */
export function checkedActor(actor: unknown, checks: OptionChecks): string | undefined {
  if (actor === undefined) return undefined
  const isText = typeof actor === 'string' && actor !== '' && actor.length <= LONGEST_ACTOR
  if (isText && actor.isWellFormed()) return actor
  checks.fault('actor', `must be a string of 1 to ${LONGEST_ACTOR} characters, such as the name of the operator`)
  return undefined
}
