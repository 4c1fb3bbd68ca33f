import { handleOf } from '../support/rows.ts'
import { type Features, TRIMMABLE_MS } from './features.ts'
import { settled } from './handshakes.ts'
import type { Operation } from './operations.ts'
import type { Party } from './party.ts'

const operator = (work: (party: Party) => Promise<unknown>, needs?: Operation['needs']): Operation => ({
  run: (party) => settled(party, () => work(party)),
  from: 'operator',
  ...(needs && { needs }),
})

const wasRotated = ({ holds }: Features) => holds !== undefined

async function revokeUser(party: Party): Promise<void> {
  const { ada: user } = party.world.users
  const deed = party.begin({ what: 'revoke user', user })
  await party.app.storedSession.revoke({ user })
  party.done(deed)
}

const revokeHandle = (name: 'id' | 'oldId') => async (party: Party) => {
  const id = party.world[name]
  const deed = party.begin({ what: 'revoke handle', id })
  await party.app.storedSession.revoke({ handle: handleOf(id) })
  party.done(deed)
}

const revokeOthers = (name: 'id' | 'oldId') => async (party: Party) => {
  const id = party.world[name]
  const { ada: user } = party.world.users
  const deed = party.begin({ what: 'revoke others', id, user })
  await party.app.storedSession.revoke({ user, except: handleOf(id) })
  party.done(deed)
}

/** What it takes until the rows of sessions that are over are deleted. */
async function trimWhenDue(party: Party): Promise<void> {
  const deed = party.begin({ what: 'pass', ms: TRIMMABLE_MS })
  await party.world.pause('wait')
  party.world.advance(TRIMMABLE_MS)
  party.done(deed)
  await party.app.storedSession.trim({ pause: 0 })
}

/** Adds one to the total of a session. */
export function addOne(session: object): void {
  const counted = session as { total?: number }
  counted.total = (counted.total ?? 0) + 1
}

async function updateAll(party: Party): Promise<void> {
  const { ada: user } = party.world.users
  const deed = party.begin({ what: 'add to all', user })
  await party.app.storedSession.updateAll({ user }, addOne)
  party.done(deed)
}

export const operators: Readonly<Record<string, Operation>> = {
  'revoke the user': operator(revokeUser),
  'revoke by handle': operator(revokeHandle('id')),
  'revoke by old handle': operator(revokeHandle('oldId'), wasRotated),
  'revoke all but this one': operator(revokeOthers('id')),
  'revoke all but the one of the old handle': operator(revokeOthers('oldId'), wasRotated),
  'update all of the user': operator(updateAll, ({ bindToCookie }) => !bindToCookie),
  'trim when due': operator(trimWhenDue),
  'revoke the user, and trim when due': operator(async (party) => {
    await revokeUser(party)
    await trimWhenDue(party)
  }),
  'reencrypt, and remove the old key': operator(
    async (party) => {
      const deed = party.begin({ what: 'reencrypt' })
      const { remaining } = await party.app.storedSession.reencrypt()
      party.done(deed, { remaining })
      party.world.isOldKeyRemoved ||= remaining === 0
    },
    ({ isRekeyed, bindToCookie }) => isRekeyed === true && !bindToCookie,
  ),
}
