import type { ClientRequest, MetadataSettings } from './metadata-options.ts'
import { networkOf } from './network.ts'
import type { CapturedUse, SessionLocation } from './session-metadata.ts'
import { cleanText, userAgentOf } from './user-agent.ts'

/** What a request shows of its client. A location that has to be waited for makes it a promise, which never rejects. */
export type UseCapture = (request: ClientRequest) => CapturedUse | Promise<CapturedUse>

/** Receives the failure of a function of the application. */
type OnFailure = (what: 'location' | 'extra', error: Error) => void

const LOCATION_MS = 50
const MOST_EXTRA_BYTES = 1_024
const MOST_PLACE_BYTES = 128

/** Captures what the settings keep of a request. */
export function useCapture({ ip, userAgent, location, extra }: MetadataSettings, onFailure: OnFailure): UseCapture {
  return (request) => {
    const use: Use = {}
    const address = ip && networkOf(request.ip, ip)
    if (address) use.ip = address
    const agent = userAgent ? userAgentOf(request.headers['user-agent']) : undefined
    if (agent) use.userAgent = agent
    const more = extra && attempt(() => checkedExtra(extra(request)), 'extra', onFailure)
    if (more) use.extra = more
    const place = location && attempt(() => location(request, request.ip), 'location', onFailure)
    if (!(place instanceof Promise)) return withPlace(use, place)
    return inTime(place, onFailure).then((later) => withPlace(use, later))
  }
}

type Use = { -readonly [Name in keyof CapturedUse]: CapturedUse[Name] }

function withPlace(use: Use, place: unknown): CapturedUse {
  const location = checkedPlace(place)
  return location ? { ...use, location } : use
}

function attempt<Result>(run: () => Result, what: 'location' | 'extra', onFailure: OnFailure): Result | undefined {
  try {
    return run()
  } catch (error) {
    onFailure(what, asError(error))
    return undefined
  }
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))

/** The place, if it is known in time. Never rejects. */
async function inTime(place: Promise<SessionLocation | undefined>, onFailure: OnFailure): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the location took longer than ${LOCATION_MS} ms`)), LOCATION_MS).unref()
  })
  try {
    return await Promise.race([place, late])
  } catch (error) {
    onFailure('location', asError(error))
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

function checkedExtra(extra: unknown): Record<string, string> | undefined {
  if (extra === undefined || extra === null) return undefined
  const entries = typeof extra === 'object' ? Object.entries(extra) : undefined
  if (!entries?.every(([, text]) => typeof text === 'string'))
    throw new TypeError('metadata.extra must return an object of strings')
  const bytes = entries.reduce((sum, [name, text]) => sum + Buffer.byteLength(name) + Buffer.byteLength(text), 0)
  if (bytes > MOST_EXTRA_BYTES)
    throw new RangeError(`metadata.extra returned ${bytes} bytes, and at most ${MOST_EXTRA_BYTES} are kept`)
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

/** The fields of a place that are valid; undefined without one. */
function checkedPlace(place: unknown): SessionLocation | undefined {
  if (typeof place !== 'object' || place === null) return undefined
  const { country, region, city, latitude, longitude } = place as Record<string, unknown>
  const found: SessionLocation = {}
  for (const [name, text] of Object.entries({ country, region, city })) {
    const clean = cleanText(text, MOST_PLACE_BYTES)
    if (clean) found[name as 'city'] = clean
  }
  if (isWithin(latitude, 90)) found.latitude = latitude
  if (isWithin(longitude, 180)) found.longitude = longitude
  return Object.keys(found).length > 0 ? found : undefined
}

const isWithin = (value: unknown, most: number): value is number => typeof value === 'number' && Math.abs(value) <= most
