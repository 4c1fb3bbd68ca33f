import type { FastifyRequest } from 'fastify'
import { sessionOf } from '../support/app.ts'
import { ABSOLUTE_MS, type Features, IDLE_MS, OVERLAP_MS } from './features.ts'
import { onHandshake } from './handshakes.ts'
import { addOne, operators } from './operators.ts'
import { type Handle, isFound, type Party } from './party.ts'

/** What a party does. */
export interface Operation {
  readonly run: (party: Party) => Promise<unknown>
  /** Who does it; a browser of its own comes without a cookie. */
  readonly from: 'browser' | 'another browser' | 'operator'
  /** Where it means anything; everywhere without it. */
  readonly needs?: (features: Features) => boolean
}

const request = (handle: Handle, needs?: Operation['needs']): Operation => ({
  run: (party) => party.send(handle),
  from: 'browser',
  ...(needs && { needs }),
})

/** Lets others answer while this response, which has a new cookie, is on its way. */
const onItsWay = (party: Party) => party.world.pause('on its way')

async function signIn(request: FastifyRequest, party: Party): Promise<void> {
  const { ada: user } = party.world.users
  const id = isFound(request) ? request.session.sessionId : undefined
  const end = id && party.begin({ what: 'end', id, key: 'sign in' })
  const begin = party.begin({ what: 'begin', user })
  await request.session.regenerate()
  if (end) party.done(end)
  Object.assign(request.session, { userId: user, verified: true, base: party.stamp(user) })
  party.done(begin, { newId: request.session.sessionId })
  await onItsWay(party)
}

/** Makes the session, as it is, that of another user. */
const become =
  (user: 'ada' | 'bob'): Handle =>
  async (request, party) => {
    if (!isFound(request)) return
    const session = sessionOf(request)
    for (const key of Object.keys(session)) {
      if (user === 'bob' && key !== 'cookie') delete session[key]
    }
    const name = party.world.users[user]
    Object.assign(session, { userId: name, base: party.stamp(name) })
    if (!party.world.features.needsTwoKeys || user === 'bob') session.verified = true
    party.begin({ what: 'switch', id: session.sessionId, user: name })
  }

export const operations: Readonly<Record<string, Operation>> = {
  read: request((_request, party) => party.app.storedSession.flush()),
  save: request(async (request, party) => {
    if (isFound(request)) party.change(sessionOf(request))
  }),
  'save twice': request(async (request, party) => {
    if (!isFound(request)) return
    const session = sessionOf(request)
    const deed = party.change(session, `${party.name}2`)
    await session.save()
    party.done(deed)
    party.change(session)
  }),
  'save into what others change': request(async (request, party) => {
    if (!isFound(request)) return
    const session = sessionOf(request)
    session.cart ??= {}
    party.change(session, 'cart', party.name)
  }),
  update: request(async (request, party) => {
    if (isFound(request)) await add(request, party)
  }),
  'update twice, and save': request(async (request, party) => {
    if (!isFound(request)) return
    party.change(sessionOf(request))
    await Promise.all([add(request, party), add(request, party)])
  }),
  'save what others save': request((request, party) => saveShared(request, party)),
  'save what others save, and again when they have their answers': {
    from: 'browser',
    run: async (party) => {
      await party.send(saveShared)
      const others = [...party.world.parties.values()].filter((other) => other !== party)
      await Promise.all(others.map(({ answered }) => answered))
      return party.send(saveShared)
    },
    needs: ({ slow }) => slow !== undefined,
  },
  'save unchanged': request(async (request, party) => {
    await party.world.pause('unchanged')
    if (isFound(request)) await request.session.save()
  }),
  'reload and save': request(async (request, party) => {
    if (!isFound(request)) return
    await request.session.reload()
    const deed = party.change(sessionOf(request))
    await request.session.save()
    party.done(deed)
  }),
  'sign in': request(signIn),
  'sign in elsewhere': { from: 'another browser', run: (party) => party.send(signIn) },
  'set the user': request(become('ada'), ({ isAnonymous }) => isAnonymous === true),
  verify: request(
    async (request, party) => {
      if (!isFound(request)) return
      sessionOf(request).verified = true
      party.begin({ what: 'switch', id: request.session.sessionId, user: party.world.users.ada })
    },
    ({ isAnonymous, needsTwoKeys }) => isAnonymous === true && needsTwoKeys === true,
  ),
  'change the user': request(become('bob')),
  'regenerate with keys': request(async (request, party) => {
    if (!isFound(request)) return
    const deed = party.begin({ what: 'renew', id: request.session.sessionId })
    await request.session.regenerate(['userId', 'verified', 'base'] as never)
    party.done(deed, { newId: request.session.sessionId })
    await onItsWay(party)
  }),
  rotate: request(async (request, party) => {
    if (!isFound(request)) return
    const deed = party.begin({ what: 'rotate', id: request.session.sessionId })
    if (await party.app.storedSession.rotateId(request)) {
      party.done(deed, { newId: request.session.sessionId })
    }
    await onItsWay(party)
  }),
  'sign out': request(async (request, party) => {
    party.signsOut = true
    if (!isFound(request)) return void (await request.session.destroy())
    const deed = party.begin({ what: 'end', id: request.session.sessionId })
    await request.session.destroy()
    party.done(deed)
  }),
  'handshake that saves': onHandshake(async (request, party) => {
    const deed = party.change(sessionOf(request))
    await request.session.save()
    party.done(deed)
  }),
  'handshake that reloads and saves': onHandshake(async (request, party) => {
    await request.session.reload()
    const deed = party.change(sessionOf(request))
    await request.session.save()
    party.done(deed)
  }),
  'handshake that signs out': onHandshake(async (request, party) => {
    const deed = party.begin({ what: 'end', id: request.session.sessionId })
    await request.session.destroy()
    party.done(deed)
  }),
  ...operators,
  'the overlap passes': passing(OVERLAP_MS + 1),
  'the idle timeout passes': passing(IDLE_MS + 1),
  'the absolute timeout passes': passing(ABSOLUTE_MS + 1, ({ hasAbsoluteTimeout }) => hasAbsoluteTimeout === true),
}

/** Adds one to what is stored; a session that has ended by then is answered like any other. */
async function add(request: FastifyRequest, party: Party): Promise<void> {
  const deed = party.begin({ what: 'add', id: request.session.sessionId })
  try {
    await party.app.storedSession.update(request, addOne)
    party.done(deed)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'FST_STORED_SESSION_ENDED') throw error
  }
}

async function saveShared(request: FastifyRequest, party: Party): Promise<void> {
  if (isFound(request)) party.change(sessionOf(request), 'shared')
}

function passing(ms: number, needs?: Operation['needs']): Operation {
  const run = async (party: Party) => {
    party.world.advance(ms)
    party.done(party.begin({ what: 'pass', ms }))
    party.settle(200)
  }
  return { from: 'operator', run, ...(needs && { needs }) }
}
