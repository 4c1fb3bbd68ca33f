import { mock } from 'node:test'
import type { FastifyInstance, LightMyRequestResponse as Response } from 'fastify'
import type { Scheduler } from '../races/scheduler.ts'
import type { Features } from './features.ts'
import type { Party } from './party.ts'

/** The browser of the session that is raced for. */
export const FIRST_BROWSER = 'first'

/** What a party did, as far as its application knows. */
export interface Deed {
  readonly what:
    | 'save'
    | 'add'
    | 'add to all'
    | 'switch'
    | 'end'
    | 'renew'
    | 'begin'
    | 'rotate'
    | 'revoke user'
    | 'revoke handle'
    | 'revoke others'
    | 'reencrypt'
    | 'pass'
  readonly party: Party
  /** The id of the session that it was done to. */
  readonly id?: string | undefined
  /** The id that it led to. */
  newId?: string
  readonly key?: string
  /** The member of the object under the key. */
  readonly member?: string
  readonly user?: string
  readonly ms?: number
  remaining?: number
  /** When it began, and when its handler knew that it was done; see {@link World.tick}. */
  readonly began: number
  done?: number
}

/** A response with a cookie, or without. */
export interface Answer {
  readonly party: Party
  readonly browser: string
  readonly response: Response
  readonly sentAt: number
}

/** A row that was ended, as the observer of the table saw it. */
export interface RowEnded {
  readonly sid: string
  readonly by: string
  readonly reason: string | null
  readonly at: number
}

/** All that happens in one race. */
export class World {
  readonly users: { readonly ada: string; readonly bob: string }
  readonly features: Features
  readonly parties = new Map<string, Party>()
  readonly deeds: Deed[] = []
  readonly answers: Answer[] = []
  /** Handles of sessions that a save found gone. */
  readonly gone: string[] = []
  readonly ended: RowEnded[] = []
  /** Of all rows. */
  readonly sids: Buffer[] = []
  /** Statements that changed a row, and whose. */
  readonly writes: { readonly by: string; readonly at: number }[] = []
  /** The id of the session that is raced for, when the race begins, and the one from before its rotation. */
  id = ''
  oldId = ''
  isOldKeyRemoved = false
  /** Whether statements were late that ought not to be: then nothing can be said of the race. */
  isOverloaded = false
  scheduler: Scheduler | undefined
  #time = 0
  #statements = 0

  constructor(features: Features, number: number) {
    this.features = features
    this.users = { ada: `ada-${number}`, bob: `bob-${number}` }
  }

  /** The next moment: everything that is noted has one of its own. */
  tick(): number {
    return ++this.#time
  }

  /** Lets time pass, for everybody in this process. */
  advance(ms: number): void {
    mock.timers.setTime(Date.now() + ms)
  }

  /** Counts the statements of the party that is slow. */
  nextStatement(): number {
    return this.#statements++
  }

  /** A step at which others may go first. */
  async pause(name: string): Promise<void> {
    await this.scheduler?.step(name, async () => {})
  }
}

/** The applications of a race. */
export interface Applications {
  /** Of the parties, in their order; one process shares one. */
  readonly racing: readonly FastifyInstance[]
  /** What made the session that is raced for. */
  readonly first: FastifyInstance
  /** What is left when a key that is no longer current has been removed, and what is asked for what came of a slow race. */
  readonly last: FastifyInstance
}

/** What a response does to the cookie: a value, an empty one that deletes it, or undefined for nothing. */
export function cookieOf({ cookies }: Response): string | undefined {
  return cookies.findLast(({ name }) => name === 'sessionId')?.value
}
