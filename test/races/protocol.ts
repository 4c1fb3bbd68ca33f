import type { SessionDatabase } from '../../src/database/contract/session-database.ts'
import { oneByOne } from '../support/one-by-one.ts'
import type { Scheduler } from './scheduler.ts'

/** A session in a handler's hands. */
export type Session = Record<string, unknown> & { cookie: { originalMaxAge: null; expires: null } }

/** What a host does with a store, as promises; each call is one that the host waits for. */
export interface Protocol {
  load(id: string): Promise<Session | null>
  save(id: string, session: Session): Promise<void>
  end(id: string): Promise<void>
  touch(id: string, session: Session): Promise<void>
}

/** A store in the form that express-session gave them. */
export interface CallbackStore {
  get(id: string, callback: (error: unknown, session?: never) => void): void
  set(id: string, session: never, callback: (error?: unknown) => void): void
  destroy(id: string, callback: (error?: unknown) => void): void
  touch?(id: string, session: never, callback: (error?: unknown) => void): void
}

/** A session that is new. */
export const newSession = (data: Record<string, unknown> = {}): Session => ({
  ...data,
  cookie: { originalMaxAge: null, expires: null },
})

/** Makes a {@link Protocol} of a store. */
export function protocolOf(store: CallbackStore): Protocol {
  return {
    load: async (id) => {
      const stored = await called<Record<string, unknown> | null>((done) => store.get(id, done as never))
      // The host copies what it gets into a live session of its own.
      return stored ? { ...structuredCopy(stored), cookie: newSession().cookie } : null
    },
    save: (id, session) => called((done) => store.set(id, session as never, done)),
    end: (id) => called((done) => store.destroy(id, done)),
    touch: (id, session) =>
      store.touch ? called((done) => store.touch!(id, session as never, done)) : Promise.resolve(),
  }
}

/** Puts a step of the scheduler before each call of a store: as fine as one can look into a store of others. */
export function scheduledProtocol(protocol: Protocol, scheduler: () => Scheduler | undefined): Protocol {
  const step = <Result>(name: string, work: () => Promise<Result>) => scheduler()?.step(name, work) ?? work()
  return {
    load: (id) => step('load', () => protocol.load(id)),
    save: (id, session) => step('save', () => protocol.save(id, session)),
    end: (id) => step('end', () => protocol.end(id)),
    touch: (id, session) => step('touch', () => protocol.touch(id, session)),
  }
}

/** What is no statement of its own, or none of a race. */
const OUTSIDE = ['check', 'migrate', 'migrations', 'close']

/** Puts a step of the scheduler before each statement of a database: wherever our store awaits anything. */
export function scheduledDatabase(database: SessionDatabase, scheduler: () => Scheduler | undefined): SessionDatabase {
  const { listing, keys, unsealed, history } = database
  return {
    ...stepped(oneByOne(database), scheduler),
    // It holds a lock around other statements; without it trimming is the same statements alone.
    trimAlone: undefined as never,
    ...(listing && { listing: stepped(listing, scheduler) }),
    ...(keys && { keys: stepped(keys, scheduler) }),
    ...(unsealed && { unsealed: stepped(unsealed, scheduler) }),
    ...(history && { history: stepped(history, scheduler, 'history.') }),
  }
}

/** The same, with a step before each call of a method. */
function stepped<Methods extends object>(
  methods: Methods,
  scheduler: () => Scheduler | undefined,
  prefix = '',
): Methods {
  const step = ([name, member]: [string, unknown]) => {
    if (typeof member !== 'function' || OUTSIDE.includes(name)) return [name, member]
    const call = (...values: unknown[]) => {
      const work = () => member.apply(methods, values) as Promise<unknown>
      return scheduler()?.step(prefix + name, work) ?? work()
    }
    return [name, call]
  }
  return Object.fromEntries(Object.entries(methods).map(step)) as Methods
}

// Shallow: what a store hands out it may keep (MemoryStore does), and the host copies no deeper.
const structuredCopy = (stored: Record<string, unknown>) => ({ ...stored })

function called<Result>(call: (done: (error?: unknown, result?: Result) => void) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result as Result)))
  })
}
