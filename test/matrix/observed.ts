import type { SessionDatabase } from '../../src/database/session-database.ts'
import { sidOf } from '../rows.ts'
import type { World } from './world.ts'

const READING = /^(read|list|count|tally|nth|sealedByOthers|check|migrate|migrations|close)/

/**
 * Notes after every statement which rows it ended, and lets a moment pass: whatever methods a statement goes through, and
 * whatever is found out about rows is found out in the table.
 */
export function observed(database: SessionDatabase, world: () => World | undefined): SessionDatabase {
  const { listing } = database
  return {
    ...watching(database, database, world),
    ...(listing && { listing: watching(listing, database, world) }),
  }
}

function watching<Methods extends object>(
  methods: Methods,
  database: SessionDatabase,
  world: () => World | undefined,
): Methods {
  const watched = ([name, member]: [string, unknown]) => {
    if (typeof member !== 'function') return [name, member]
    const call = async (...values: unknown[]) => {
      const current = world()
      current?.advance(1)
      const result = await member.apply(methods, values)
      if (current?.scheduler && !READING.test(name)) {
        if (result === true) current.writes.push({ by: actorOf(current), at: current.tick() })
        await look(database, current)
      }
      return result
    }
    return [name, call]
  }
  return Object.fromEntries(Object.entries(methods).map(watched)) as Methods
}

async function look(database: SessionDatabase, world: World): Promise<void> {
  const ids = [world.id, world.oldId, ...world.deeds.map(({ newId }) => newId ?? '')].filter(Boolean)
  for (const row of await database.read(ids.map(sidOf))) {
    const sid = row.sid.toString('hex')
    if (row.endedAt === null || world.ended.some((known) => known.sid === sid)) continue
    world.ended.push({ sid, by: actorOf(world), reason: row.endReason, at: world.tick() })
  }
}

const actorOf = ({ scheduler }: World) => scheduler?.decisions.at(-1)?.label.split(':')[0] ?? ''
