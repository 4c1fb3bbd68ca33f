import type { Duration } from '../../time/duration.ts'
import type { OnReuse, RenewalSettings } from '../core/core.ts'
import type { OptionChecks } from './option-checks.ts'

/** The options against stolen cookies. */
export interface RenewalOptions {
  /**
   * Give a session another id when its id is older than this, with the next response that can carry a cookie. Until the
   * end of `rotationOverlap` both ids are valid. Afterwards the old id is invalid, unless the new one was never used:
   * then its cookie did not arrive, and the response to the old id carries another one. The plugin does it; longer than
   * `rotationOverlap`. @defaultValue false
   *
   * @see OWASP Session Management Cheat Sheet, "Renewal Timeout"
   */
  rotateEvery?: Duration | false
  /**
   * What happens when an old id is used after its overlap, while later ids are in use, so that two parties hold the
   * session: `'report'` emits the event `reused`; `'end'` also ends the session for both. @defaultValue `'report'`
   *
   * @see RFC 9700, section 4.14.2
   */
  onReuse?: OnReuse
  /**
   * Emit the event `suspicious` when a session changes its country faster than anyone travels, or its kind of device.
   * It ends nothing. Needs `metadata`, and for countries its `location`. Off by default: each request costs about 70 µs
   * more, and VPNs cause it too. @defaultValue false
   */
  suspicious?: boolean
}

/** The names of {@link RenewalOptions}. */
export const renewalOptionNames = ['rotateEvery', 'onReuse', 'suspicious'] as const

const REACTIONS: readonly OnReuse[] = ['report', 'end']

/** Checks `rotateEvery` and `onReuse`. */
export function checkRenewal(
  { rotateEvery = false, onReuse = 'report', rolling }: RenewalOptions & { readonly rolling?: boolean },
  rotationOverlap: number,
  checks: OptionChecks,
): RenewalSettings {
  if (!REACTIONS.includes(onReuse)) checks.fault('onReuse', 'must be "report" or "end"')
  if (rotateEvery === false) return { every: false, onReuse }
  const every = checks.duration('rotateEvery', rotateEvery, 0)
  if (every > 0 && every <= rotationOverlap)
    checks.fault('rotateEvery', 'must be longer than rotationOverlap, during which the old id is valid; lengthen it')
  if (rolling === false) checks.fault('rotateEvery', WITHOUT_USES)
  return { every, onReuse }
}

const WITHOUT_USES =
  'cannot be combined with rolling: false, because the stored last use shows whether a new id arrived; omit one of them'

/** Checks `suspicious`. */
export function checkSuspicious(
  { suspicious, metadata }: RenewalOptions & { readonly metadata?: unknown },
  checks: OptionChecks,
): boolean {
  const isOn = checks.boolean('suspicious', suspicious, false)
  if (isOn && !metadata)
    checks.fault('suspicious', 'needs metadata, which keeps where and with what a session is used; set it too')
  return isOn
}
