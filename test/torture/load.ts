import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { launchProgram } from '../support/child-program.ts'
import type { Change } from './recorded-changes.ts'
import type { Order, Report } from './visitors.ts'

const program = new URL('visitors.ts', import.meta.url)

/** Enough to have requests of every kind under way at any instant. */
const VISITORS = 12

/** Visitors of one or more applications, in a process of their own: what they were told outlives whatever is killed. */
export class Load {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async prepare(): Promise<Load> {
    return new Load(await launchProgram(program))
  }

  /** @param hasHistory - whether the applications have the option `history` */
  begin(ports: number[], hasHistory: boolean): void {
    this.#child.send({ begin: ports, visitors: VISITORS, hasHistory } satisfies Order)
  }

  report(): Promise<Report> {
    return this.#ask('report')
  }

  /** Ends the load, and has every session that there ever was looked at once more. */
  review(): Promise<Report> {
    return this.#ask('review')
  }

  /** Every acknowledged change that has an event. */
  changes(): Promise<Change[]> {
    return this.#ask('changes')
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }

  async #ask<Answer>(order: Order): Promise<Answer> {
    this.#child.send(order)
    const [answer] = await once(this.#child, 'message')
    return answer as Answer
  }
}
