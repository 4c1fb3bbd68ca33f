import { recogniseDatabase } from '../../../database/recognise.ts'
import { InvalidOptionsError } from '../../../errors.ts'
import { checkOptions, type StoredSessionOptions } from '../../../plugin/options.ts'
import type { Settings } from '../../settings.ts'
import { type Found, fault, ok, skipped } from '../finding.ts'

/** Whether an application would start with these settings. */
export function checkSettings({ options, source }: Settings): Found[] {
  if (source === 'the environment') return checkEnvironment(options)
  try {
    checkOptions(options as unknown as StoredSessionOptions)
    return [ok(`${source} has options that go together`)]
  } catch (error) {
    const { message } = error as Error
    if (!(error instanceof InvalidOptionsError)) return [fault(message, `Correct ${source}`)]
    const faults = message.replace(/^stored-session: /, '').split('; ')
    return [fault(`${source}: ${faults.join('; ')}`, `Correct ${source}; if it reads variables, set them (--env .env)`)]
  }
}

function checkEnvironment({ database }: Settings['options']): Found[] {
  const recognised = recogniseDatabase(database)
  if ('fault' in recognised) return [fault(`DATABASE_URL ${recognised.fault}`, 'Correct DATABASE_URL')]
  return [skipped('there is no configuration, only the environment: options of the application are not known')]
}
