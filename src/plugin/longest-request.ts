import type { FastifyInstance } from 'fastify'
import { InvalidOptionsError } from '../errors.ts'
import { OptionChecks } from '../store/option-checks.ts'
import type { StoreOptions } from '../store/store-options.ts'
import { checkTrim } from '../store/trim-options.ts'

/**
 * Refuses a grace in which a request, as long as Fastify lets it be, could outlast the row of its session.
 *
 * @throws `FST_STORED_SESSION_INVALID_OPTIONS`
 */
export function refuseShortGrace({ initialConfig }: FastifyInstance, trim: StoreOptions['trim']): void {
  const { requestTimeout = 0, handlerTimeout = 0 } = initialConfig as Record<string, number | undefined>
  const { grace } = checkTrim(trim, new OptionChecks())
  // Where there is no limit, 0, nobody knows how long requests take.
  const longest = requestTimeout + handlerTimeout
  if (grace > longest) return
  throw new InvalidOptionsError(
    `trim.grace must be longer than requests may take: requestTimeout and handlerTimeout of Fastify allow ${longest} ms`,
  )
}
