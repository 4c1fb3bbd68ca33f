import type { SessionDatabase } from '../database/session-database.ts'
import { type Beginning, trace } from '../instruments/trace.ts'
import type { SessionEventEmitter } from './events.ts'

/** A database whose touches and migrations are traced: they belong to no request. */
export function tracedDatabase(database: SessionDatabase, events: SessionEventEmitter): SessionDatabase {
  events.source = { table: database.table, dialect: database.dialect }
  const traced = (name: 'touch' | 'migrate', sessions: number, work: () => Promise<void>) => {
    if (!events.hears(name)) return work()
    const begun: Beginning = name === 'touch' ? { sessions } : {}
    return trace(events, name, begun, work, () => ({ outcome: name === 'touch' ? 'touched' : 'migrated' }))
  }
  return {
    ...database,
    touch(touches) {
      // Versions begin with 1: this is the probe of health(), which touches nobody.
      if (touches[0]?.version === 0) return database.touch(touches)
      return traced('touch', touches.length, () => database.touch(touches))
    },
    migrate: () => traced('migrate', 0, () => database.migrate()),
  }
}
