import type { SessionDatabase } from '../../database/contract/session-database.ts'
import { guarded } from '../../database/door/guarded.ts'
import { WrongSettingsError } from '../../errors.ts'
import { StorageProof } from '../../store/proof.ts'
import { timeLimitsOf } from '../../time/time-limits.ts'
import { type Found, fault, ok, warning } from '../findings/finding.ts'
import type { Subject } from '../findings/subject.ts'

/** Whether sessions come back as they were written: two are written, read back, compared and deleted. */
export async function checkStoring(subject: Subject, sessions: SessionDatabase): Promise<Found[]> {
  const database = guarded(sessions, timeLimitsOf(subject.operationTimeout))
  try {
    const limits = (await database.checkSettings?.(subject)) ?? []
    const found = [...limits, ...(await new StorageProof(database, subject).renew())]
    if (found.length === 0) return [ok('two sessions were written, read back and deleted')]
    return found.map((text) => warning(...messageAndRemedy(text)))
  } catch (error) {
    if (!(error instanceof WrongSettingsError)) throw error
    return [fault(...messageAndRemedy(error.message.replace(/^stored-session: /, '')))]
  }
}

/** What is wrong is the first sentence. */
function messageAndRemedy(text: string): [message: string, remedy: string] {
  const end = text.indexOf('. ')
  return [text.slice(0, end), text.slice(end + 2)]
}
