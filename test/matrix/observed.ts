import type { NewRow, SessionDatabase } from '../../src/database/contract/session-database.ts'
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
      if (name === 'insert') current?.sids.push((values[0] as NewRow).sid)
      const result = await member.apply(methods, values)
      if (current?.scheduler && !READING.test(name)) {
        if (result === true && !isOfPlaces(values[0])) current.writes.push({ by: actorOf(current), at: current.tick() })
        await look(database, current)
      }
      return result
    }
    return [name, call]
  }
  return Object.fromEntries(Object.entries(methods).map(watched)) as Methods
}

/** Whether a statement writes what lists the places of a user, which is no session and says nothing of its user. */
const isOfPlaces = (value: unknown) => {
  const { endedAt = null, endReason } = value as Partial<NewRow>
  return endedAt !== null && endReason === null
}

async function look(database: SessionDatabase, world: World): Promise<void> {
  for (const row of await database.read(world.sids)) {
    const sid = row.sid.toString('hex')
    // What is on its way to be a session has not ended, and what lists the places of a user is none.
    if (row.endedAt === null || row.endReason === null || row.endReason === 'rotating') continue
    if (world.ended.some((known) => known.sid === sid)) continue
    world.ended.push({ sid, by: actorOf(world), reason: row.endReason, at: world.tick() })
  }
}

const actorOf = ({ scheduler }: World) => scheduler?.decisions.at(-1)?.label.split(':')[0] ?? ''
