import { handleOf, sidOf } from '../support/rows.ts'
import { type Content, type Findings, idOf, isLive, type Jar } from './findings.ts'
import {
  becameOld,
  handsNothingOver,
  isBound,
  isForgotten,
  isOldAt,
  isTooOld,
  type Lineage,
  mayBeCrowded,
  mayBeOver,
} from './lineages.ts'
import type { Stamp } from './party.ts'
import type { Answer, Deed, RowEnded, World } from './world.ts'

export const damageKinds = [
  'error',
  'revived',
  'handed over',
  'lost session',
  'lost save',
  'miscounted',
  'overwritten save',
  'two users',
  'too many sessions',
  'evicted within the limit',
  'leaked place',
] as const

export interface Damage {
  readonly kind: (typeof damageKinds)[number]
  readonly what: string
}

type Rule = (findings: Findings) => (string | false | undefined)[]

const isThere = (content: Content | undefined) => content !== undefined && Object.keys(content).length > 0

/** Whether a session must be over because of this deed, which was acknowledged. */
function mustEnd(world: World, deed: Deed, lineage: Lineage): boolean {
  if (deed.done === undefined || !deed.party.isAcknowledged || deed === lineage.by) return false
  const isOurs = deed.id !== undefined && lineage.ids.includes(deed.id)
  const isTheirs = lineage.user !== undefined && lineage.user === deed.user && lineage.knownAt < deed.began
  const isKept = world.deeds.some(({ what }) => what === 'switch')
  switch (deed.what) {
    case 'end':
      return isOurs && !(deed.key === 'sign in' && becameOld(world, deed))
    case 'revoke user':
      return isTheirs && !isKept
    case 'revoke handle':
      return isOurs && !((isBound(world) || isForgotten(world)) && becameOld(world, deed))
    case 'revoke others':
      return isTheirs && !isOurs && !isKept && !lineage.by?.id
    default:
      return false
  }
}

/** No session that was ended is read by any id. */
const revived: Rule = ({ world, lineages, contents, rows }) =>
  lineages.flatMap((lineage) => {
    const deed = world.deeds.find((one) => mustEnd(world, one, lineage))
    const why = deed ? `${deed.party.name}: ${deed.what}` : lineage.by === undefined && isTooOld(world) && 'its age'
    if (!why) return []
    return lineage.ids.map((id, index) => {
      const row = rows.find(({ sid }) => sid.equals(sidOf(id)))
      const isStored = row !== undefined && isLive(row)
      return (isThere(contents.get(id)) || isStored) && `id ${index} is alive in spite of ${why}`
    })
  })

/** What a session holds that began by regenerate(keys) of another one. */
const handedOver: Rule = ({ world, lineages, contents }) => [
  ...world.deeds.map(({ newId = '', ...deed }) => {
    return handsNothingOver(world, deed) && isThere(contents.get(newId)) && 'an old id handed over the session'
  }),
  ...lineages.map((heir) => {
    const { by } = heir
    if (by?.what !== 'renew' || !isThere(contents.get(heir.ids[0]!))) return false
    const former = lineages.find(({ ids }) => ids.includes(by.id!))
    const ender = world.deeds.find((deed) => former && mustEnd(world, deed, former) && isBefore(world, deed, by))
    if (ender) return `${ender.party.name} ended the session, and its content is in another one`
    const copy = former?.ids.find((id) => isThere(contents.get(id)))
    return copy !== undefined && by.party.isAcknowledged && 'two sessions have the same content'
  }),
]

/** Whether a session ended by this, and not by the regenerate(): a revocation of its user ends both, whenever it comes. */
function isBefore(world: World, deed: Deed, renewal: Deed): boolean {
  if (deed.what === 'revoke user' || deed.what === 'revoke others') return true
  const sid = sidOf(renewal.id!).toString('hex')
  const isAttributed = world.ended.some((row) => row.sid === sid && row.by === deed.party.name)
  return deed.party.answeredAt < renewal.began || isAttributed
}

/** A session that nobody ended is read by the cookie that its browser has. */
const lostSession: Rule = (findings) =>
  findings.jars.map((jar) => {
    const { world, lineages } = findings
    const survivor = lineages.find((one) => one.browser === jar.browser && !mayBeOver(world, one))
    if (!survivor || isThere(jar.content) || isRightlySo(findings, jar, survivor)) return false
    const whose = survivor.by ? `the one of ${survivor.by.party.name}` : 'the first'
    const what = jar.id ? 'has a cookie that reads nothing' : 'has no cookie'
    return `nobody ended ${whose}, and its browser ${what} (${jar.order})`
  })

const lineageOf = ({ lineages }: Findings, id: string | undefined) =>
  lineages.find(({ ids }) => id !== undefined && ids.includes(id))

/**
 * Whether a browser has nothing because it signed out, or because it asked hours later with an id of which nothing is
 * known any more, or has the cookie of a later session, which somebody ended.
 */
function isRightlySo(findings: Findings, jar: Jar, survivor: Lineage): boolean {
  const { id, last } = jar
  const { world, rows } = findings
  const asked = last?.party.cookies.sessionId
  const isKnown = !asked || rows.some(({ sid }) => sid.equals(sidOf(idOf(asked))))
  if (!id && !isKnown && isForgotten(world)) return true
  const held = lineageOf(findings, id)
  const isLater = held !== undefined && held.knownAt > survivor.knownAt && mayBeOver(world, held)
  if (isLater || isOfEnded(findings, jar, survivor)) return true
  return last !== undefined && (last.party.signsOut || couldNotKnow(world, last, id))
}

/**
 * Whether the last response was to a request of another session that has ended: it deletes the cookie, or brings that of
 * the session that the request began instead, whichever the browser has by then. A response to an old id does neither.
 */
function isOfEnded(findings: Findings, { id, last }: Jar, survivor: Lineage): boolean {
  const { world, rows } = findings
  const held = last?.party.cookies.sessionId
  if (!held || isOldAt(world, idOf(held), last.sentAt)) return false
  const lineage = lineageOf(findings, idOf(held))
  const row = lineage && rows.find(({ sid }) => sid.equals(sidOf(lineage.ids.at(-1)!)))
  const isItsOwn = !id || lineageOf(findings, id)?.by?.party === last.party
  return isItsOwn && lineage !== survivor && row !== undefined && row.endedAt !== null
}

/** Whether a session ended only after the request had saved it: its response tells of the session as it was then. */
function couldNotKnow(world: World, { party }: Answer, id: string | undefined): boolean {
  const row = id && world.ended.find(({ sid }) => sid === sidOf(id).toString('hex'))
  return Boolean(row) && world.writes.some(({ by, at }) => by === party.name && at < (row as RowEnded).at)
}

/** Whether somebody was told that what they save is dropped. */
const isGone = ({ gone }: World, { id }: Deed) => gone.includes(handleOf(id!))

const lostSave: Rule = ({ world, lineages, contents }) =>
  world.deeds.map((deed) => {
    const { what, key, id, party } = deed
    if (what !== 'save' || key === 'shared' || !party.isAcknowledged || isGone(world, deed)) return false
    const lineage = lineages.find(({ ids }) => ids.includes(id!))
    const content = lineage?.ids.map((one) => contents.get(one)).findLast(isThere)
    if (!content || world.deeds.some((other) => other.what === 'switch' && other.user === world.users.bob)) return false
    const value = content[key!] as (Stamp & Record<string, Stamp>) | undefined
    const stamp = deed.member === undefined ? value : value?.[deed.member]
    return stamp?.by !== party.name && `${party.name}'s key ${key} is not there`
  })

/** Every update that was acknowledged is counted once, and no other is counted. */
const miscounted: Rule = ({ world, lineages, contents }) =>
  lineages.map((lineage) => {
    const content = lineage.ids.map((id) => contents.get(id)).findLast(isThere)
    if (!content || world.deeds.some(({ what, user }) => what === 'switch' && user === world.users.bob)) return false
    const total = (content.total as number | undefined) ?? 0
    const own = world.deeds.filter(({ what, id }) => what === 'add' && lineage.ids.includes(id!))
    const all = world.deeds.filter(({ what }) => what === 'add to all')
    const sure = [
      ...own.filter((deed) => deed.done !== undefined && !isGone(world, deed)),
      ...all.filter((deed) => deed.done !== undefined && lineage.user === deed.user && lineage.knownAt < deed.began),
    ].length
    if (total < sure) return `${total} updates are counted of ${sure}`
    return total > own.length + all.length && `${total} updates are counted of ${own.length + all.length}`
  })

/** A save that failed does not win against one that began later and was acknowledged. */
const overwrittenSave: Rule = ({ world, contents }) => {
  const shared = [...contents.values()].map((content) => content.shared as Stamp | undefined).find(Boolean)
  const saves = world.deeds.filter((deed) => deed.what === 'save' && deed.key === 'shared' && !isGone(world, deed))
  const winner = world.parties.get(shared?.by ?? '')
  const later = saves.find(({ party, began }) => {
    return party !== winner && winner && party.isAcknowledged && began > winner.answeredAt
  })
  return [later && `${winner!.name} was answered ${winner!.status}, and stands where ${later.party.name} saved later`]
}

/** Nothing that was saved for one user is in the session of another, unless it was there before the user changed. */
const twoUsers: Rule = ({ world, contents }) =>
  [...contents.values()].map((content) => {
    const stamps = Object.entries(content).filter(([, value]) => (value as Stamp | null)?.user !== undefined)
    const foreign = stamps.find(
      ([key, value]) => (value as Stamp).user !== content.userId && !wasThereBefore(world, key, value as Stamp),
    )
    return (
      foreign && isThere(content) && `the key ${foreign[0]} of ${(foreign[1] as Stamp).user} is ${content.userId}'s`
    )
  })

/** Whether a key was written before another request made the session that of another user. */
function wasThereBefore(world: World, key: string, { by }: Stamp): boolean {
  const save = world.deeds.findLast((deed) => deed.what === 'save' && deed.key === key && deed.party.name === by)
  const change = world.deeds.find(
    ({ what, user, party }) => what === 'switch' && user === world.users.bob && party.name !== by,
  )
  if (!save || !change) return false
  const [saved, changed] = [writtenAt(world, save), writtenAt(world, change)]
  // Saves that wait for each other are written by the statement of one of them, in their order.
  return saved === undefined || changed === undefined ? save.began < change.began : saved < changed
}

const writtenAt = ({ writes }: World, { party, began }: Deed) =>
  writes.find(({ by, at }) => by === party.name && at > began)?.at

const tooMany: Rule = ({ world, rows }) =>
  Object.values(world.users).map((user) => {
    const live = rows.filter((row) => row.userId === user && isLive(row)).length
    return live > (world.features.maxPerUser ?? Number.POSITIVE_INFINITY) && `${user} has ${live}`
  })

// Without the cookie nothing tells where the session of an old handle went, and the operator is told so.
const isLostRotation = (error: unknown) =>
  (error as { code?: unknown } | undefined)?.code === 'FST_STORED_SESSION_LOST_ROTATION'

const rules: Record<Damage['kind'], Rule> = {
  error: ({ world, failures }) => [
    ...failures,
    ...[...world.parties.values()].map(
      ({ name, status, error }) =>
        status === 500 && !(isBound(world) && isLostRotation(error)) && `${name}: ${error?.message}`,
    ),
  ],
  revived,
  'handed over': handedOver,
  'lost session': lostSession,
  'lost save': lostSave,
  miscounted,
  'overwritten save': overwrittenSave,
  'two users': twoUsers,
  'too many sessions': tooMany,
  'evicted within the limit': ({ world, rows }) =>
    rows.map(({ endReason }) => endReason === 'evicted' && !mayBeCrowded(world) && 'there were places enough'),
  'leaked place': ({ refused }) => refused.map((user) => `${user} has a place left, and gets none`),
}

export function judge(findings: Findings): Damage[] {
  if (findings.world.isOverloaded) return []
  return damageKinds.flatMap((kind) => {
    const found = rules[kind](findings).find(Boolean)
    return found ? [{ kind, what: String(found) }] : []
  })
}
