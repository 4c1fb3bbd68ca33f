import { randomInt } from 'node:crypto'

const LARGEST = 2 ** 32 - 1

/** The seed that was asked for, or another one every time. */
export function seedOf(text: string | undefined): number {
  return text === undefined || text === '' ? randomInt(LARGEST) : Number(text) >>> 0
}
