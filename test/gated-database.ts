import { openDatabase } from '../src/database/open.ts'
import type { SessionDatabase } from '../src/database/session-database.ts'
import type { TestDatabase } from './harness/databases.ts'

type StatementName = 'read' | 'insert' | 'update' | 'touch' | 'end' | 'replace' | 'endUser' | 'reseal'

/** One statement that is held: it arrives, and goes on when it is told to. */
export interface Held {
  /** Resolves when the statement is there. */
  readonly arrived: Promise<void>
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
}

const NAMES: StatementName[] = ['read', 'insert', 'update', 'touch', 'end', 'replace', 'endUser', 'reseal']

export async function gatedDatabase({ dialect, url }: TestDatabase): Promise<GatedDatabase> {
  const opened = await openDatabase(dialect, url, 'stored_sessions')
  const gates = new Map<StatementName, Gate>()
  const database = { ...opened }
  for (const name of NAMES) {
    const statement = opened[name] as (...parameters: unknown[]) => Promise<unknown>
    database[name] = (async (...parameters: unknown[]) => {
      const gate = gates.get(name)
      gates.delete(name)
      if (gate?.when === 'before') await pass(gate)
      const result = await statement(...parameters)
      if (gate?.when === 'after') await pass(gate)
      return result
    }) as never
  }
  return {
    database,
    hold(name, when) {
      let [arrive, release] = [() => {}, () => {}]
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve
      })
      const gateOpened = new Promise<void>((resolve) => {
        release = resolve
      })
      gates.set(name, { when, opened: gateOpened, arrive })
      return { arrived, release }
    },
    close: () => opened.close(),
  }
}

async function pass(gate: Gate): Promise<void> {
  gate.arrive()
  await gate.opened
}
