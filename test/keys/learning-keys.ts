import { type KeyProvider, type KeyState, staticKeys } from '../../src/index.ts'
import { namedKey } from './named-key.ts'

/** A ring of keys by their names, the same in every process. */
export const ringOf = (names: [string, KeyState][]) => staticKeys(names.map(([name, state]) => namedKey(name, state)))

/** A provider that learns of the keys that there are when it is told to look. */
export class LearningKeys implements KeyProvider {
  /** Keys that there are beside the one it was made with; those of the next refresh. */
  published: string[] = []
  refreshes = 0
  /** What every refresh waits for. */
  gate: Promise<void> | undefined
  fault: Error | undefined
  readonly #current: string
  #ring: KeyProvider

  constructor(current: string) {
    this.#current = current
    this.#ring = ringOf([[current, 'current']])
  }

  current() {
    return this.#ring.current()
  }

  find(id: number) {
    return this.#ring.find(id)
  }

  async refresh() {
    this.refreshes++
    await this.gate
    if (this.fault) throw this.fault
    this.#ring = ringOf([
      [this.#current, 'current'],
      ...this.published.map((name): [string, KeyState] => [name, 'pending']),
    ])
  }
}
