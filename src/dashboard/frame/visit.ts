import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SafeHtml } from '../../pages/html.ts'
import type { StoredSessionStore } from '../../store/stored-session-store.ts'
import type { Operator, Permission } from './operator.ts'
import type { Section } from './sections.ts'

/** One request of an operator who may make it. */
export interface Visit {
  readonly store: StoredSessionStore
  readonly request: FastifyRequest
  readonly operator: Operator
  /** Whether the operator may do this, and the dashboard allows it. */
  may(permission: Permission): boolean
  /** The path of the prefix as the browser knows it, without a slash at its end. */
  readonly base: string
  /** The token that forms carry. */
  readonly token: string
  /** The parameters in the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The fields of the form; empty for a GET. */
  readonly form: URLSearchParams
}

/** A page inside of the frame of the dashboard. */
export interface Page {
  readonly title: string
  /** The section that the navigation marks. */
  readonly section: Section
  readonly content: SafeHtml
  readonly status?: number
  /** What an action has just done, in one sentence. */
  readonly notice?: string | undefined
}

/** How a route answers: a page, another page by its path below the prefix, or by itself. */
export type Answer =
  | Page
  | { readonly redirect: string }
  | { readonly send: (reply: FastifyReply) => FastifyReply | Promise<FastifyReply> }

/** A route below the prefix. */
export interface DashboardRoute {
  readonly method: 'GET' | 'POST'
  /** Such as `/sessions/:handle`, with a fixed number of segments. */
  readonly path: string
  readonly needs: Permission
  answer(visit: Visit): Answer | Promise<Answer>
}

/** What the routes of a dashboard share. */
export interface DashboardContext {
  readonly store: StoredSessionStore
  /** Registers work for the end of the application. */
  onClose(close: () => void | Promise<void>): void
}
