import type { KeyCount, SessionDatabase } from '../../database/contract/session-database.ts'
import type { AttachedKeys, SealingKey } from '../../keys/key-provider.ts'
import { attachKeys } from '../../store/attach-keys.ts'
import { SessionEventEmitter } from '../../store/core/events.ts'
import { sessionsByKey } from '../../store/management/sessions-by-key.ts'
import { type Found, fault, grouped, ok, skipped, warning } from '../findings/finding.ts'
import type { Subject } from '../findings/subject.ts'

const DAY_MS = 86_400_000

/** The current key, and the keys of the stored rows. */
export async function checkKeys(subject: Subject, sessions: SessionDatabase): Promise<Found[]> {
  const { keys } = subject
  if (!keys)
    return [
      skipped('the settings have no keys: set SESSION_SECRET or SESSION_KEYS to the value that the application uses'),
    ]
  const attached = attachKeys(keys, sessions, subject.namespace ?? sessions.table, new SessionEventEmitter())
  try {
    const { current, misdated } = keys.attach
      ? await newestKept(attached, sessions)
      : { current: await attached.current(), misdated: [] }
    const wrong = [
      ...misdated,
      ...ageFaults(current, subject.warnKeyAge),
      ...(await rowFaults(subject, attached, sessions, current)),
    ]
    return wrong.length > 0 ? wrong : [ok(inWords(current))]
  } finally {
    await attached.close()
  }
}

interface Kept {
  readonly current: SealingKey | undefined
  readonly misdated: readonly Found[]
}

// A request for the current key would create one where none exists yet.
async function newestKept(keys: AttachedKeys, sessions: SessionDatabase): Promise<Kept> {
  const rows = (await sessions.keys?.read()) ?? []
  const misdated: Found[] = []
  let undated: SealingKey | undefined
  for (const { id, createdAt } of rows.sort((one, other) => other.createdAt - one.createdAt)) {
    const key = await keys.find(id)
    if (!key) continue
    if (key.since === createdAt) return { current: key, misdated }
    if (key.since === undefined) undated ??= key
    else misdated.push(misdatedKey(id, key.since))
  }
  return { current: undated, misdated }
}

function misdatedKey(id: number, since: number): Found {
  return warning(
    `key ${id} was made at ${new Date(since).toISOString()}, and its created_at says otherwise: it seals nothing`,
    `Find out who can write to the table of keys, and set its created_at to ${since}`,
  )
}

function inWords(current: SealingKey | undefined): string {
  if (!current) return 'there is no data key yet; the first stored session creates one'
  return `key ${current.id} seals, and every stored session has a key that opens it`
}

function ageFaults(current: SealingKey | undefined, most: number | false): Found[] {
  const age = current?.since === undefined ? 0 : Date.now() - current.since
  if (most === false || age <= most) return []
  return [
    warning(
      `key ${current?.id} has been sealing for ${Math.floor(age / DAY_MS)} days`,
      'Put a new key before it, restart the application, and run: npx stored-session reencrypt',
    ),
  ]
}

async function rowFaults(
  { acceptsUnencrypted }: Subject,
  keys: AttachedKeys,
  sessions: SessionDatabase,
  current: SealingKey | undefined,
): Promise<Found[]> {
  const found: Found[] = []
  for (const count of await sessionsByKey(sessions, keys)) {
    if (count.rows === 0 || count.keyId === current?.id) continue
    if (count.keyId === null) found.push(...(acceptsUnencrypted ? [] : [unsealed(count)]))
    else found.push(...keyFaults(count, await keys.find(count.keyId)))
  }
  return found
}

function keyFaults({ keyId, rows }: KeyCount, key: SealingKey | undefined): Found[] {
  const many = `${grouped(rows)} ${rows === 1 ? 'session is' : 'sessions are'} sealed by key ${keyId}`
  if (!key) {
    return [
      fault(
        `${many}, which is not configured: they cannot be decrypted`,
        'Add the key, or the secret that it is derived from, after the current one. If it is lost, their users sign in again',
      ),
    ]
  }
  if (!key.isRevoked) return []
  return [
    warning(
      `${many}, which is revoked: they are not accepted`,
      'Nothing, if this is intended: their users sign in again',
    ),
  ]
}

function unsealed({ rows }: KeyCount): Found {
  return warning(
    `${grouped(rows)} ${rows === 1 ? 'row names' : 'rows name'} no key: they are not encrypted, or an earlier release wrote them`,
    'Run: npx stored-session reencrypt. Rows that are not encrypted are read only with acceptUnencrypted',
  )
}
