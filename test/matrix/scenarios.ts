import type { Combination } from './combination.ts'
import type { Features } from './features.ts'

type Named = readonly [options: Partial<Features> & Pick<Combination, 'weight'>, ...operations: string[]]

/** Races that wait for a timeout take long. */
const half = { weight: 0.5 } as const
const two = { processes: 2 } as const
const old = { holds: 'old' } as const
const outdated = { holds: 'outdated' } as const
const renewal = { isRenewal: true } as const
const rekeyed = { isRekeyed: true, ...old } as const
const refuse = { maxPerUser: 1, evict: 'refuse', isAnonymous: true } as const
const REENCRYPT = 'reencrypt, and remove the old key'
const UPDATE_ALL = 'update all of the user'
const AND_AGAIN = 'save what others save, and again when they have their answers'

/** Combinations that lead to one kind of damage each, where the store is not made for them. */
const named: Readonly<Record<string, readonly Named[]>> = {
  'a session that is regenerated with keys': [
    [two, 'regenerate with keys', 'revoke the user'],
    [{}, 'regenerate with keys', 'revoke by handle'],
    [two, 'regenerate with keys', 'sign out'],
    [{}, 'regenerate with keys', 'handshake that signs out'],
    [two, 'regenerate with keys', 'rotate'],
    [old, 'regenerate with keys', 'save'],
    [{ ...old, ...two }, 'regenerate with keys', 'revoke by handle'],
    [{ ...old, bindToCookie: true }, 'regenerate with keys', 'read'],
    [two, 'sign in', 'regenerate with keys'],
    [{}, 'save unchanged', 'regenerate with keys'],
  ],
  'a session whose row was trimmed': [
    [{}, 'handshake that reloads and saves', 'revoke the user, and trim when due'],
    [two, 'handshake that saves', 'revoke the user, and trim when due'],
    [old, 'handshake that signs out', 'trim when due'],
    [two, 'rotate', 'trim when due', 'handshake that signs out'],
  ],
  'an old id whose row is reencrypted': [
    [{ ...rekeyed, ...two }, REENCRYPT, 'revoke by old handle'],
    [{ ...rekeyed }, REENCRYPT, 'revoke all but the one of the old handle'],
    [{ ...rekeyed, ...two }, 'read', REENCRYPT],
    [{ isRekeyed: true, ...two }, 'rotate', REENCRYPT],
  ],
  'the places of a user': [
    [{ ...refuse, ...two, needsTwoKeys: true }, 'set the user', 'verify', 'sign in elsewhere'],
    [{ ...refuse, ...two }, 'set the user', 'change the user'],
    [{ ...refuse }, 'sign in', 'sign in elsewhere'],
    [{ ...two, maxPerUser: 2, evict: 'oldest' }, 'rotate', 'sign in elsewhere'],
    [{ maxPerUser: 2, evict: 'least-recent' }, 'rotate', 'sign in elsewhere'],
    [{ ...two, maxPerUser: 2, evict: 'refuse' }, 'rotate', 'sign in elsewhere'],
    [{ ...two, maxPerUser: 2, evict: 'oldest' }, 'rotate', 'sign in elsewhere', 'revoke by handle'],
  ],
  'changes inside of a key, and updates': [
    [two, 'save into what others change', 'save into what others change'],
    [two, 'save into what others change', 'save into what others change', 'update'],
    [two, 'update', 'update'],
    [{}, 'update', 'update twice, and save'],
    [two, 'update twice, and save', 'save into what others change'],
    [{ ...two, isAnonymous: true }, 'update', 'set the user'],
    [two, 'update', 'rotate'],
    [two, 'update', 'sign out'],
    [two, 'update', 'change the user'],
    [two, 'update', UPDATE_ALL],
    [two, 'rotate', UPDATE_ALL],
    [two, 'rotate', UPDATE_ALL, 'update'],
    [two, 'sign out', UPDATE_ALL],
    [two, 'regenerate with keys', UPDATE_ALL],
    [{ ...two, ...half, slow: { party: 'a', at: 2, isAnswer: true } }, 'update', 'update'],
  ],
  'the cookie of a browser': [
    [{ ...two, hasLifetime: true }, 'rotate', 'read'],
    [two, 'rotate', 'save unchanged'],
    [outdated, 'read', 'read'],
    [{ ...outdated, ...two }, 'save', 'save'],
    [{}, 'rotate', 'the overlap passes', 'read'],
    [two, 'rotate', 'revoke all but this one'],
    [two, 'rotate', 'rotate'],
  ],
  'ids that renew themselves': [
    [{ ...renewal, ...two }, 'rotate', 'save'],
    [{ ...renewal, ...two }, 'rotate', 'save twice', 'save'],
    [{ ...renewal, ...two }, 'rotate', 'rotate'],
    [{ ...renewal, ...two }, 'rotate', 'reload and save'],
    [{ ...renewal, ...two }, 'rotate', 'regenerate with keys'],
    [{ ...renewal, ...two }, 'rotate', 'sign out'],
    [{ ...renewal, ...two }, 'rotate', 'revoke the user'],
    [{ ...renewal, ...two }, 'rotate', 'revoke by handle'],
    [{ ...renewal, ...two }, 'rotate', 'change the user'],
    [{ ...renewal, ...two, bindToCookie: true }, 'rotate', 'save', 'save twice'],
    [{ ...renewal, ...two, bindToCookie: true }, 'rotate', 'regenerate with keys'],
    [{ ...renewal, ...old }, 'save', 'save', 'rotate'],
    [{ ...renewal, ...old, ...two }, 'regenerate with keys', 'save'],
    [{ ...renewal, ...old, ...two }, 'rotate', 'save'],
    [{ ...renewal, ...outdated, ...two }, 'save', 'save'],
    [{ ...renewal, ...outdated, ...two, bindToCookie: true }, 'save', 'rotate'],
    [{ ...renewal, ...two, maxPerUser: 1, evict: 'refuse', isAnonymous: true }, 'rotate', 'set the user'],
  ],
  'statements that outlive operationTimeout': [
    [{ ...old, ...half, slow: { party: 'b', at: 3 } }, 'read', 'rotate'],
    [{ ...old, ...half, slow: { party: 'b', at: 3, isAnswer: true } }, 'read', 'rotate'],
    [{ ...old, ...half, slow: { party: 'b', at: 2, isAnswer: true } }, 'read', 'rotate'],
    [{ slow: { party: 'a', at: 1, isAnswer: true } }, 'regenerate with keys', 'read'],
    [{ ...two, ...half, slow: { party: 'a', from: 1 } }, 'save what others save', AND_AGAIN],
    [{ ...two, weight: 3, slow: { party: 'a', from: 1 } }, 'save', AND_AGAIN, 'save what others save'],
  ],
  'the users of a session': [
    [two, 'save', 'change the user'],
    [{}, 'save twice', 'change the user'],
    [two, 'handshake that saves', 'change the user'],
  ],
}

/** The named combinations of each subject. */
export const scenariosOf: Readonly<Record<string, readonly Combination[]>> = Object.fromEntries(
  Object.entries(named).map(([subject, list]) => [
    subject,
    list.map(([{ weight = 1, ...options }, ...operations]) => {
      const features = { processes: 1, ...options } as const
      return { name: `${subject} ${JSON.stringify(features).replaceAll('"', '')}`, features, operations, weight }
    }),
  ]),
)
