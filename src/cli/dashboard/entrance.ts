import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** One way into the dashboard. */
export interface Entrance {
  /** The path and query of the address that the operator opens first. */
  readonly start: string
  /** Whether requests must name this machine in their header `Host`. */
  readonly isLocal: boolean
  /** Adds the routes of the entrance. */
  addRoutes?(app: FastifyInstance): void
  /** Lets a request pass, or answers it. */
  guard(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined
  /** Whether the browser of a request has entered. */
  hasEntered(request: FastifyRequest): boolean
}
