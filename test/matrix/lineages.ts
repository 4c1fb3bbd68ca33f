import { sidOf } from '../support/rows.ts'
import { ABSOLUTE_MS, IDLE_MS, TRIMMABLE_MS } from './features.ts'
import { type Deed, FIRST_BROWSER, type World } from './world.ts'

/** A session: the ids that it had one after another, joined by rotations. */
export interface Lineage {
  readonly ids: string[]
  readonly browser: string
  /** The deed that began it; undefined for the one that is raced for. */
  readonly by: Deed | undefined
  /** When somebody knew of it; infinite when nobody was told. */
  readonly knownAt: number
  readonly user: string | undefined
}

export function lineagesOf(world: World): Lineage[] {
  const { isAnonymous } = world.features
  const start: Lineage = {
    ids: [world.oldId, world.id].filter(Boolean),
    browser: FIRST_BROWSER,
    by: undefined,
    knownAt: 0,
    user: isAnonymous ? undefined : world.users.ada,
  }
  const lineages = [start]
  for (const deed of world.deeds) {
    if (deed.newId === undefined || handsNothingOver(world, deed)) continue
    const { what, newId, party } = deed
    const { isAcknowledged, answeredAt, browser } = party
    const knownAt = isAcknowledged ? answeredAt : Number.POSITIVE_INFINITY
    const user = what === 'begin' ? deed.user : start.user
    if (what === 'rotate') lineages.find(({ ids }) => ids.includes(deed.id!))?.ids.push(newId)
    else lineages.push({ ids: [newId], browser, by: deed, knownAt, user })
  }
  return lineages
}

/**
 * Whether this was regenerate(keys) by an old id: it stores nothing, and its response brings no cookie, unless the id was
 * renewed.
 */
export function handsNothingOver(world: World, { what, id, done = Number.POSITIVE_INFINITY }: Deed): boolean {
  return what === 'renew' && !world.features.isRenewal && isOldAt(world, id!, done)
}

/** Whether an id had been rotated at this moment, as the table has it. */
export function isOldAt(world: World, id: string, moment: number): boolean {
  const sid = sidOf(id).toString('hex')
  return id === world.oldId || world.ended.some((row) => row.sid === sid && row.reason === 'rotated' && row.at < moment)
}

/** Whether an id was rotated at all while this went on. */
export const becameOld = (world: World, deed: Deed) => isOldAt(world, deed.id!, deed.done ?? Number.POSITIVE_INFINITY)

const passed = ({ deeds }: World, ms: number) => deeds.some((deed) => deed.what === 'pass' && deed.ms! >= ms)

/** Whether nothing can tell any more where the session of an old id went. */
export const isForgotten = (world: World) => passed(world, TRIMMABLE_MS)

/** Whether a time passed after which a session is over whose use is not renewed. */
export function hasExpired(world: World): boolean {
  return passed(world, IDLE_MS) || isTooOld(world)
}

export const isTooOld = (world: World) => world.features.hasAbsoluteTimeout === true && passed(world, ABSOLUTE_MS)

/** Whether old ids lead nowhere without their cookie. */
export const isBound = ({ features }: World) => features.bindToCookie === true

/** Whether there may have been more sessions of a user at a time than there are places. */
export function mayBeCrowded({ features, deeds, users }: World): boolean {
  if (!features.maxPerUser || features.evict === 'refuse') return false
  const begun = (user: string) =>
    deeds.filter(({ what, user: whose }) => (what === 'begin' || what === 'switch') && whose === user).length
  const adas = begun(users.ada) + (features.isAnonymous ? 0 : 1)
  return Math.max(adas, begun(users.bob)) > features.maxPerUser
}

/** Whether somebody, or a limit, may have ended a session: if not, it must be there. */
export function mayBeOver(world: World, lineage: Lineage): boolean {
  if (lineage.knownAt === Number.POSITIVE_INFINITY || hasExpired(world) || mayBeCrowded(world)) return true
  return world.deeds.some((deed) => deed !== lineage.by && mayEnd(world, deed, lineage))
}

function mayEnd(world: World, deed: Deed, lineage: Lineage): boolean {
  // Where it came of another session with its content, what ends that one ends it too.
  const isRenewed = world.features.isRenewal === true
  const origin = lineage.by?.what === 'renew' ? [lineage.by.id!, ...(isRenewed ? [world.id] : [])] : []
  const ids = [...lineage.ids, ...origin]
  const isOurs = deed.id !== undefined && ids.includes(deed.id)
  const isOld = isOurs && isOldAt(world, deed.id!, deed.began)
  switch (deed.what) {
    case 'end':
    case 'revoke handle':
      return isOurs
    case 'renew':
      return isOurs && (!isOld || isRenewed)
    case 'rotate':
      return isOurs && origin.includes(deed.id!)
    case 'revoke user':
      return true
    case 'revoke others':
      return !isOurs || origin.length > 0 || (isBound(world) && lineage.ids.length > 1) || (isOld && isForgotten(world))
    default:
      return false
  }
}
