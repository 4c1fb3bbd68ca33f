import { checkedExtra, checkedLocation } from './checked-results.ts'
import type { CapturedRequest, CheckedMetadataOptions } from './metadata-options.ts'
import { networkOf } from './network.ts'
import type { CapturedUse, SessionLocation } from './session-metadata.ts'
import { keptUserAgent } from './user-agent.ts'

/** How long a location may take: the response waits for it. */
const LOCATION_MS = 50

/** Receives what a function of the application failed with; the request continues without the field. */
export type CaptureFailure = (what: 'location' | 'extra', error: unknown) => void

/** Captures what a request says about its sender: a promise only if the location is one. */
export type CaptureUse = (request: CapturedRequest) => CapturedUse | Promise<CapturedUse>

/** The function that captures a use; it never throws and never rejects. */
export function useCapture(options: CheckedMetadataOptions, onFailure: CaptureFailure): CaptureUse {
  const report: CaptureFailure = (what, error) => {
    try {
      onFailure(what, error)
    } catch {
      // A broken listener must not fail requests.
    }
  }
  return (request) => {
    const use = plainUse(options, request, report)
    const location = locationOf(options, request, report)
    if (!(location instanceof Promise)) return withLocation(use, location)
    return location.then((late) => withLocation(use, late))
  }
}

const withLocation = (use: CapturedUse, location: SessionLocation | undefined): CapturedUse =>
  location ? { ...use, location } : use

function plainUse(options: CheckedMetadataOptions, request: CapturedRequest, report: CaptureFailure): CapturedUse {
  const ip = options.ip && typeof request.ip === 'string' ? networkOf(request.ip, options.ip) : undefined
  const userAgent = options.userAgent ? keptUserAgent(first(request.headers['user-agent'])) : undefined
  const extra = extraOf(options, request, report)
  return { ...(ip && { ip }), ...(userAgent && { userAgent }), ...(extra && { extra }) }
}

const first = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header)

function extraOf(options: CheckedMetadataOptions, request: CapturedRequest, report: CaptureFailure) {
  if (!options.extra) return undefined
  try {
    return checkedExtra(options.extra(request))
  } catch (error) {
    report('extra', error)
    return undefined
  }
}

type Location = SessionLocation | undefined

function locationOf(
  options: CheckedMetadataOptions,
  request: CapturedRequest,
  report: CaptureFailure,
): Location | Promise<Location> {
  if (!options.location) return undefined
  try {
    const result = options.location(request, request.ip)
    if (!isThenable(result)) return checkedLocation(result)
    return inTime(result)
      .then(checkedLocation)
      .catch((error: unknown) => {
        report('location', error)
        return undefined
      })
  } catch (error) {
    report('location', error)
    return undefined
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'

/** Its result, or a rejection after the time limit. */
function inTime(result: PromiseLike<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout
  const limit = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`metadata.location took longer than ${LOCATION_MS} ms; give it a cache`))
    timer = setTimeout(late, LOCATION_MS).unref()
  })
  return Promise.race([result, limit]).finally(() => clearTimeout(timer))
}
