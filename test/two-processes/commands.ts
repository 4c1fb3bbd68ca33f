import type { AddressInfo } from 'node:net'
import { mock } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { vaultTransitKeys } from '../../examples/vault-transit.ts'
import type { StoredSessionOptions } from '../../src/index.ts'
import { newSession, type Protocol, protocolOf } from '../races/protocol.ts'
import { openApp, sessionOf } from '../support/app.ts'
import { newId } from '../support/stores.ts'
import { userIdOf } from '../support/user-id.ts'

/** A session that was stored, and when that was acknowledged. */
export interface StoredAt {
  id: string
  at: number
}

let app: FastifyInstance
let protocol: Protocol
let resume: () => void
let entered: Promise<void>
let enter: () => void
let isTrimming = false

/** What the parent can have this process do. */
export const commands = {
  open,
  openWrapped,
  close,
  saveKeys,
  countUp,
  firstSaves,
  saveNew,
  saveNewAtOnce,
  signInAtOnce,
  revoke,
  keep,
  load,
  present,
  setClock,
  trim,
  stopTrimming,
  handlerEntered,
  letHandlerGo,
}

/** Listens with an application on a database; its port. */
async function open(database: string, rolling: boolean, options: Partial<StoredSessionOptions> = {}): Promise<number> {
  // Hundreds of saves of one session wait for each other, on a machine that may be busy with other things.
  const waits = { rolling, touchInterval: 1, operationTimeout: '60s' } as const
  app = await openApp(database, { options: { ...waits, user: userIdOf, ...options }, routes })
  protocol = protocolOf(app.storedSession.store as never)
  prepareHandler()
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.addresses()[0] as AddressInfo).port
}

/** The same, without a port, with keys that a key service wraps; it is asked for the first of them at once. */
async function openWrapped(database: string, service: { address: string; token: string }): Promise<void> {
  app = await openApp(database, { options: { keys: vaultTransitKeys({ ...service, key: 'sessions' }) } })
  protocol = protocolOf(app.storedSession.store as never)
  await app.ready()
}

async function close(): Promise<void> {
  await app.close()
}

function routes(app: FastifyInstance): void {
  // A handler that is on its way until the parent lets it go.
  app.post<{ Body: Record<string, unknown> }>('/slow', async (request) => {
    const { userId } = sessionOf(request)
    const released = new Promise<void>((release) => {
      resume = release
    })
    enter()
    await released
    Object.assign(request.session, request.body)
    return { userId }
  })
}

function prepareHandler(): void {
  entered = new Promise((resolve) => {
    enter = resolve
  })
}

function handlerEntered(): Promise<void> {
  return entered
}

function letHandlerGo(): void {
  prepareHandler()
  resume()
}

/** Saves numbers, each in a session loaded anew, in turn into a few keys; what each key was told to hold in the end. */
async function saveKeys(id: string, prefix: string, saves: number): Promise<Record<string, number>> {
  const acknowledged: Record<string, number> = {}
  for (let count = 1; count <= saves; count++) {
    const session = await protocol.load(id)
    if (!session) throw new Error('the session is not there')
    const key = `${prefix}${count % 20}`
    session[key] = count
    await protocol.save(id, session)
    acknowledged[key] = count
  }
  return acknowledged
}

/** Adds one to a key again and again, each time in a session loaded anew; the last result. */
async function countUp(id: string, times: number): Promise<number> {
  let last = 0
  for (let count = 1; count <= times; count++) {
    const session = (await protocol.load(id)) as Record<string, unknown> | null
    if (!session) throw new Error('the session is not there')
    await app.storedSession.store.requests.update(id, session as never, () => {
      last = ((session.n as number | undefined) ?? 0) + 1
      session.n = last
    })
  }
  return last
}

/** Saves one id many times at once, each time as a new session with a key of its own. */
async function firstSaves(id: string, prefix: string, saves: number): Promise<void> {
  const keys = Array.from({ length: saves }, (_, index) => `${prefix}${index}`)
  await Promise.all(keys.map((key) => protocol.save(id, newSession({ [key]: 1 }))))
}

async function saveNew(userId: string): Promise<StoredAt> {
  const id = newId()
  await protocol.save(id, newSession({ userId }))
  return { id, at: Date.now() }
}

function saveNewAtOnce(userId: string, count: number): Promise<StoredAt[]> {
  return Promise.all(Array.from({ length: count }, () => saveNew(userId)))
}

/** Makes many sessions of a user at once: the ids of those that were stored, and why the others were not. */
async function signInAtOnce(userId: string, count: number): Promise<{ ids: string[]; errors: unknown[] }> {
  const settled = await Promise.allSettled(Array.from({ length: count }, () => saveNew(userId)))
  return {
    ids: settled.flatMap((result) => (result.status === 'fulfilled' ? result.value.id : [])),
    errors: settled.flatMap((result) => (result.status === 'rejected' ? result.reason.code : [])),
  }
}

/** Ends the sessions of a user; when that began. */
async function revoke(user: string): Promise<number> {
  const begun = Date.now()
  await app.storedSession.revoke({ user })
  return begun
}

/** Loads sessions and saves them, all at once; those that are over are left alone. */
async function keep(ids: string[]): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      const session = await protocol.load(id)
      if (!session) return
      session.kept = newId()
      await protocol.touch(id, session)
      await protocol.save(id, session)
    }),
  )
}

/** What is in a session; null when there is none. */
async function load(id: string): Promise<Record<string, unknown> | null> {
  const { cookie, $storedSession, ...content } = ((await protocol.load(id)) ?? {}) as Record<string, unknown>
  return cookie ? content : null
}

/** Which of these sessions are there. */
async function present(ids: string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => protocol.load(id)))
  return ids.filter((_, index) => found[index])
}

/** Sets the clock of this process some way off, where it stands still; 0 sets it right. */
function setClock(offset: number): void {
  mock.timers.reset()
  if (offset !== 0) mock.timers.enable({ apis: ['Date'], now: Date.now() + offset })
}

/** Trims again and again until told to stop; how many rows that deleted. */
async function trim(): Promise<number> {
  let trimmed = 0
  for (isTrimming = true; isTrimming; ) trimmed += (await app.storedSession.trim({ batchSize: 20 })).trimmed
  return trimmed
}

function stopTrimming(): void {
  isTrimming = false
}
