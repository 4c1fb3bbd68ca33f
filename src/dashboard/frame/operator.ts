import type { FastifyRequest } from 'fastify'

/** What an operator may do; everything needs `view` besides. */
export const permissions = ['view', 'revoke', 'reveal', 'keys', 'forget'] as const

/**
 * What an operator may do:
 *
 * - `view`: see sessions, users, history and health
 * - `revoke`: end sessions
 * - `reveal`: look at the content of a session, if the option `reveal` is on
 * - `keys`: housekeeping, which is trimming, sealing with the current key, and the doctor
 * - `forget`: erase a user
 *
 * @useDeclaredType
 */
export type Permission = (typeof permissions)[number]

/** An operator with a name for the history, and what this operator may do. */
export interface Entrance {
  /** The name of the operator, 1 to 255 characters. */
  actor: string
  /** What the operator may do, within the options `mode` and `reveal`. @defaultValue all permissions */
  may?: readonly Permission[]
}

/**
 * Decides who enters: returns the name of the operator, with permissions or with all of them; false for nobody. It is
 * called for every request, and an error lets nobody in.
 *
 * @example
 * ```ts
 * const authorize: Authorize = ({ session }) =>
 *   session.isSupport === true && { actor: String(session.userId), may: ['view', 'revoke'] }
 * ```
 */
export type Authorize = (
  request: FastifyRequest,
) => string | false | null | undefined | Entrance | Promise<string | false | null | undefined | Entrance>

/** An operator who entered. */
export interface Operator {
  readonly actor: string
  readonly may: ReadonlySet<Permission>
}

const LONGEST_ACTOR = 255

/**
 * The operator whom the application named; undefined for nobody.
 *
 * @throws when the application returned something else, which must let nobody in
 */
export function operatorOf(answer: unknown, allowed: ReadonlySet<Permission>): Operator | undefined {
  if (answer === false || answer === null || answer === undefined) return undefined
  const { actor, may = permissions } = (typeof answer === 'string' ? { actor: answer } : answer) as Partial<Entrance>
  if (typeof actor !== 'string' || actor === '' || actor.length > LONGEST_ACTOR || !actor.isWellFormed()) {
    throw new TypeError(
      `sessionDashboard: authorize must return the name of the operator, 1 to ${LONGEST_ACTOR} characters, or false`,
    )
  }
  const unknown = Array.isArray(may) ? may.find((one) => !permissions.includes(one)) : may
  if (unknown !== undefined) {
    throw new TypeError(
      `sessionDashboard: authorize returned the permission ${JSON.stringify(unknown)}; there are ${permissions.join(', ')}`,
    )
  }
  return { actor, may: new Set(may.filter((one) => allowed.has(one))) }
}
