import { channel, tracingChannel } from 'node:diagnostics_channel'
import { eventChannelNames } from '../../src/instruments/channels.ts'
import { operationNames, type SessionOperation } from '../../src/instruments/operation.ts'

/** Something that a channel published, as it was at that moment. */
export interface Published {
  readonly channel: string
  readonly message: SessionOperation & Record<string, unknown>
}

const STAGES = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

/** What the channels published from now until stop(). */
export class Listening {
  readonly published: Published[] = []
  readonly #stops: (() => void)[] = []

  constructor() {
    for (const name of eventChannelNames) this.#subscribe(`stored-session:${name}`)
    for (const name of operationNames) {
      for (const stage of STAGES) this.#subscribe(`tracing:stored-session:${name}:${stage}`)
    }
  }

  /** The messages of one channel, by what stands behind `stored-session:`. */
  of(name: string): Published['message'][] {
    const names = [`stored-session:${name}`, `tracing:stored-session:${name}`]
    return this.published.filter(({ channel }) => names.includes(channel)).map(({ message }) => message)
  }

  forget(): void {
    this.published.length = 0
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  #subscribe(name: string): void {
    // A copy: an operation is filled as it goes on.
    const note = (message: unknown) => {
      this.published.push({ channel: name, message: { ...(message as Published['message']) } })
    }
    channel(name).subscribe(note)
    this.#stops.push(() => channel(name).unsubscribe(note))
  }
}

/** All tracing channels, as subscribers of Node's own kind find them. */
export const tracingChannels = operationNames.map((name) => tracingChannel(`stored-session:${name}`))
