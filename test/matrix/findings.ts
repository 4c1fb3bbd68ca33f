import type { FastifyInstance } from 'fastify'
import type { ListedRow } from '../../src/database/contract/session-database.ts'
import type { Arena } from './arena.ts'
import { MINUTE_MS, OVERLAP_MS } from './features.ts'
import { type Lineage, lineagesOf } from './lineages.ts'
import { type Answer, cookieOf, FIRST_BROWSER, type World } from './world.ts'

export type Content = Record<string, unknown>

/** What is found when everybody has been answered. */
export interface Findings {
  readonly world: World
  readonly lineages: readonly Lineage[]
  /** What each id reads whose cookie anybody ever got. */
  readonly contents: ReadonlyMap<string, Content>
  readonly rows: readonly ListedRow[]
  /** What each browser reads with its cookie when no old id reads any more, in each order in which its responses may have come. */
  readonly jars: readonly Jar[]
  /** Statuses of readings that were none. */
  readonly failures: readonly string[]
  /** Users who have a place left, and were refused. */
  readonly refused: readonly string[]
}

export async function gather(arena: Arena, world: World, begun: readonly (string | undefined)[]): Promise<Findings> {
  const app = world.isOldKeyRemoved || world.features.slow ? arena.last : arena.racing[0]!
  const failures: string[] = []
  const cookies = new Map<string, string>()
  for (const cookie of [...begun, ...world.answers.map(({ response }) => cookieOf(response))]) {
    if (cookie) cookies.set(idOf(cookie), cookie)
  }
  const contents = new Map<string, Content>()
  for (const [id, cookie] of cookies) contents.set(id, await see(app, cookie, failures))
  const rows = await arena.database.listing!.list({}, undefined, 200)
  world.advance(OVERLAP_MS + 1)
  const jars: Jar[] = []
  for (const { cookie, ...jar } of jarsOf(world, begun.at(-1)!)) {
    const content = cookie ? await see(app, cookie, failures) : {}
    jars.push({ ...jar, id: cookie && idOf(cookie), content })
  }
  const refused = await refusedUsers(app, world, rows)
  return { world, lineages: lineagesOf(world), contents, rows, jars, failures, refused }
}

export const idOf = (cookie: string) => cookie.slice(0, cookie.lastIndexOf('.'))

async function see(app: FastifyInstance, cookie: string, failures: string[]): Promise<Content> {
  // The response to a conditional request renews no id, which would be a use by another party.
  const headers = { 'if-none-match': '"seen"' }
  const response = await app.inject({ url: '/see', cookies: { sessionId: cookie }, headers })
  if (response.statusCode === 200) return response.json()
  failures.push(`${response.statusCode} ${response.body}`)
  return {}
}

/** What a browser has in the end. */
export interface Jar {
  readonly browser: string
  /** The parties whose answers came, in their order. */
  readonly order: string
  /** What its cookie names, and reads. */
  readonly id: string | undefined
  readonly content: Content
  /** The response that said last what the cookie is. */
  readonly last: Answer | undefined
}

type Unread = Omit<Jar, 'id' | 'content'> & { readonly cookie: string | undefined }

function jarsOf(world: World, cookie: string): Unread[] {
  const browsers = new Set([FIRST_BROWSER, ...world.answers.map(({ browser }) => browser)])
  return [...browsers].flatMap((browser) => {
    const answers = world.answers.filter((answer) => answer.browser === browser)
    const begun = browser === FIRST_BROWSER ? cookie : undefined
    return ordersOf(world, answers).map((order) => ({
      browser,
      order: order.map(({ party }) => party.name).join(''),
      cookie: order.reduce((held, { response }) => cookieOf(response) ?? held, begun),
      last: order.findLast(({ response }) => cookieOf(response) !== undefined),
    }))
  })
}

/**
 * The order in which responses were sent, and those in which one comes later that was sent while another with a new id
 * was on its way: whoever sent it could know of that id.
 */
function ordersOf(world: World, answers: readonly Answer[]): readonly (readonly Answer[])[] {
  const orders = [answers]
  for (const deed of world.deeds) {
    const newer = answers.findLast(({ party }) => party === deed.party)
    if (deed.newId === undefined || deed.done === undefined || !newer) continue
    for (const late of answers) {
      if (late.sentAt < deed.done || late.sentAt >= newer.sentAt || late.party === newer.party) continue
      const others = answers.filter((answer) => answer !== late)
      const place = others.indexOf(newer) + 1
      orders.push([...others.slice(0, place), late, ...others.slice(place)])
    }
  }
  return orders
}

/** What is taken for a session that is not stored yet is free again after a minute. */
const LONGER_THAN_STORING_MS = 2 * MINUTE_MS

async function refusedUsers(app: FastifyInstance, world: World, rows: readonly ListedRow[]): Promise<string[]> {
  const { evict, maxPerUser = 0 } = world.features
  const refused: string[] = []
  if (evict !== 'refuse') return refused
  world.advance(LONGER_THAN_STORING_MS)
  for (const user of Object.values(world.users)) {
    if (rows.filter((row) => row.userId === user && isLive(row)).length >= maxPerUser) continue
    const payload = { userId: user, verified: true }
    const response = await app.inject({ method: 'POST', url: '/begin', payload })
    if (response.statusCode !== 200) refused.push(user)
  }
  return refused
}

export const isLive = (row: ListedRow) => row.endedAt === null && row.expiresAt > Date.now()
