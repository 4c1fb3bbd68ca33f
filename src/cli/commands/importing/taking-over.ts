import type { UpgradeSkips } from '../../../store/imports/upgrading.ts'
import { type ExitCode, exitCodes } from '../../frame/errors.ts'
import { grouped } from '../../frame/progress.ts'

type Reason = keyof UpgradeSkips

/** The number of sessions that were left out, by reason; imports have fewer reasons. */
type LeftOut = Readonly<Partial<Record<Reason, number>>>

const WORDS: Readonly<Record<Reason, string>> = {
  over: 'over',
  exists: 'here already',
  invalidId: 'without a valid id',
  unreadable: 'that cannot be read',
  unstorable: 'with content that cannot be stored',
  tooLarge: 'larger than maxBytes',
  needsCookie: 'encrypted at the next request of their user, because of bindToCookie',
}

/** Reasons for which no session is lost. */
const HARMLESS: readonly string[] = ['over', 'exists', 'needsCookie']

/** `; left out: 12 over, 1 that cannot be read`, or nothing. */
export function leftOut(skipped: LeftOut): string {
  const parts = Object.entries(skipped).filter(([, count]) => count > 0)
  const words = parts.map(([reason, count]) => `${grouped(count)} ${WORDS[reason as Reason]}`)
  return words.length > 0 ? `; left out: ${words.join(', ')}` : ''
}

/** The exit code of a command that imports or seals sessions. */
export function codeOfTaking({ complete, skipped }: { complete: boolean; skipped: LeftOut }): ExitCode {
  if (!complete) return exitCodes.stoppedEarly
  const isLoss = Object.entries(skipped).some(([reason, count]) => count > 0 && !HARMLESS.includes(reason))
  return isLoss ? exitCodes.checkFailed : exitCodes.ok
}
