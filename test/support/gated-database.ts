import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { openDatabase } from '../../src/database/open.ts'
import type { TestDatabase } from '../harness/databases.ts'
import { oneByOne } from './one-by-one.ts'

type StatementName = 'read' | 'insert' | 'update' | 'touch' | 'end' | 'replace' | 'endUser' | 'reseal'

/** One statement that is held: it arrives, and goes on when it is told to. */
export interface Held {
  /** Resolves when the statement is there. */
  readonly arrived: Promise<void>
  /** Resolves when it is done, however it ended. */
  readonly done: Promise<void>
  release(): void
}

/** A real database, single statements of which can be held before they run, or after they ran and before they answer. */
export interface GatedDatabase {
  readonly database: SessionDatabase
  /** Holds the next statement of this name. */
  hold(name: StatementName, when: 'before' | 'after'): Held
  close(): Promise<void>
}

interface Gate {
  readonly when: 'before' | 'after'
  readonly opened: Promise<void>
  arrive(): void
  leave(): void
}

const NAMES: StatementName[] = ['read', 'insert', 'update', 'touch', 'end', 'replace', 'endUser', 'reseal']

export async function gatedDatabase({ dialect, url }: TestDatabase): Promise<GatedDatabase> {
  const real = await openDatabase(dialect, url, 'stored_sessions')
  const gates = new Map<StatementName, Gate>()
  const database = oneByOne(real)
  for (const name of NAMES) {
    const statement = real[name] as (...parameters: unknown[]) => Promise<unknown>
    database[name] = (async (...parameters: unknown[]) => {
      const gate = gates.get(name)
      gates.delete(name)
      try {
        if (gate?.when === 'before') await pass(gate)
        const result = await statement(...parameters)
        if (gate?.when === 'after') await pass(gate)
        return result
      } finally {
        gate?.leave()
      }
    }) as never
  }
  return {
    database,
    hold(name, when) {
      const [arrived, arrive] = signal()
      const [opened, release] = signal()
      const [done, leave] = signal()
      gates.set(name, { when, opened, arrive, leave })
      return { arrived, done, release }
    },
    close: () => real.close(),
  }
}

function signal(): [Promise<void>, () => void] {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return [given, give]
}

async function pass(gate: Gate): Promise<void> {
  gate.arrive()
  await gate.opened
}
