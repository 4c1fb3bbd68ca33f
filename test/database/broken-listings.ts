import type { SessionListing } from '../../src/database/contract/session-database.ts'

/** Replaces methods of a sound listing by faulty ones. */
export type ListingFault = (sound: SessionListing) => Partial<SessionListing>

/** Listings with one fault each, and the beginning of the promise that it breaks. */
export const BROKEN_LISTINGS: Record<string, [promise: string, fault: ListingFault]> = {
  'lists the oldest first': [
    'rows are listed',
    ({ list }) => ({ list: async (...all) => (await list(...all)).reverse() }),
  ],
  'begins anew on every page': [
    'rows are listed',
    ({ list }) => ({ list: (filter, _, limit) => list(filter, undefined, limit) }),
  ],
  'goes on behind a moment, not behind a row': [
    'rows are listed',
    ({ list }) => ({
      list: (filter, behind, limit) => list(filter, behind && { ...behind, sid: Buffer.alloc(32) }, limit),
    }),
  ],
  'says nothing of sizes': [
    'a listed row',
    ({ list }) => ({ list: async (...all) => (await list(...all)).map((row) => ({ ...row, bytes: 0 })) }),
  ],
  'lists more than it should': [
    'a listed row',
    ({ list }) => ({ list: async (...all) => (await list(...all)).map((row) => ({ ...row, data: 'sealed' })) }),
  ],
  'takes a bound for one that includes it': [
    'all that a filter',
    ({ list }) => ({
      list: ({ createdBefore, ...filter }, ...all) =>
        list(createdBefore === undefined ? filter : { ...filter, createdBefore: createdBefore + 1 }, ...all),
    }),
  ],
  'excepts nothing': [
    'all that a filter',
    ({ list }) => ({ list: ({ exceptSid, ...filter }, ...all) => list(filter, ...all) }),
  ],
  'counts all': [
    'all that a filter',
    ({ count }) => ({ count: ({ userId, ...filter }) => count(userId ? { userId } : filter) }),
  ],
  'forgets the absolute timeout': [
    'a row is live',
    ({ list }) => ({
      list: ({ state, ...filter }, ...all) =>
        list(state ? { ...filter, state: { ...state, tooOld: 0 } } : filter, ...all),
    }),
  ],
  'takes ended rows for expired ones': [
    'a tally',
    ({ tally }) => ({
      async tally(...all) {
        const { ended, expired, ...counts } = await tally(...all)
        return { ...counts, ended: 0, expired: expired + ended }
      },
    }),
  ],
  'counts from nought': ['the n-th key', ({ nthKey }) => ({ nthKey: (position) => nthKey(position + 1) })],
  'includes the moment': [
    'the n-th creation',
    ({ nthCreation }) => ({ nthCreation: (after, position) => nthCreation(after - 1, position) }),
  ],
  'ends all of a user': [
    'all rows of a filter',
    ({ endAll }) => ({ endAll: ({ userId }, end) => endAll({ userId: userId! }, end) }),
  ],
  'counts what had ended': [
    'all rows of a filter',
    ({ endAll }) => ({ endAll: async (...all) => (await endAll(...all)) + 1 }),
  ],
}
