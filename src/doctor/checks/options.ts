import { explainUrl, recogniseDatabase } from '../../database/recognise.ts'
import { InvalidOptionsError } from '../../errors.ts'
import { checkOptions, type StoredSessionOptions } from '../../plugin/options.ts'
import { type Found, fault, ok, skipped } from '../findings/finding.ts'
import type { Settings } from '../findings/settings.ts'

/** Whether an application would start with these settings. */
export function checkSettings({ options, source }: Settings): Found[] {
  if (source === 'the environment') return checkEnvironment(options)
  try {
    checkOptions(options as unknown as StoredSessionOptions)
    return [ok(`the options in ${source} are valid`), ...namespaceHint(options)]
  } catch (error) {
    const { message } = error as Error
    if (!(error instanceof InvalidOptionsError)) return [fault(message, `Correct ${source}`)]
    const faults = message.replace(/^stored-session: /, '')
    return [fault(`${source}: ${faults}`, `Correct ${source}; if it reads variables, set them (--env .env)`)]
  }
}

// This check cannot see whether another installation has the same secret, so it is no warning.
function namespaceHint({ namespace }: Settings['options']): Found[] {
  if (namespace !== undefined) return []
  return [
    {
      ...ok('there is no namespace: a row copied from another database with the same secret and table name opens here'),
      remedy:
        'Where staging and production share a secret, give each installation its own namespace. Sessions sealed under another namespace end; the name of the table, which is the default, ends none',
    },
  ]
}

function checkEnvironment({ database }: Settings['options']): Found[] {
  const recognised = recogniseDatabase(database)
  if ('fault' in recognised) return [fault(`DATABASE_URL ${recognised.fault}`, 'Correct DATABASE_URL')]
  return [
    skipped('there is no configuration file, only the environment: the options of the application cannot be checked'),
  ]
}

/** What each setting in the URL of the database became. */
export function checkUrl({ options: { database } }: Settings): Found[] {
  if (typeof database !== 'string') return []
  return explainUrl(database).map(({ setting, becomes }) => ok(`${setting}: ${becomes}`))
}
