import type { SessionDatabase } from '../../src/index.ts'

/** Replaces methods of a sound storage by faulty ones. */
export type StorageFault = (sound: SessionDatabase) => Partial<SessionDatabase>
const pause = () => new Promise((resolve) => setTimeout(resolve))
const row = async (storage: SessionDatabase, sid: Buffer) => (await storage.read([sid]))[0]

/** Storages with one fault each, and the promise that it breaks, or the beginning of it. */
export const BROKEN_STORAGES: Record<string, [promise: string, fault: StorageFault]> = {
  'has no table': ['the table is there', () => ({ check: () => Promise.reject(new Error('no such table')) })],
  'cannot be migrated twice': ['the table is there', () => ({ migrate: () => Promise.reject(new Error('exists')) })],
  'reads rows that nobody asked for': [
    'rows are read',
    ({ read }) => ({ read: async (sids) => (await read(sids)).concat(await read(sids)) }),
  ],
  'reads 100 rows at most': ['many rows are read', ({ read }) => ({ read: (sids) => read(sids.slice(0, 100)) })],
  'keeps text in place of bytes': [
    'every byte',
    ({ insert }) => ({ insert: (one) => insert({ ...one, data: Buffer.from(one.data.toString()) }) }),
  ],
  'loses the highest bits of times': [
    'every byte',
    ({ insert }) => ({ insert: (one) => insert({ ...one, expiresAt: one.expiresAt % 2 ** 47 }) }),
  ],
  'changes rows in place': [
    'a row that was read',
    ({ read, update }) => ({
      async update(change) {
        const [one] = await read([change.sid])
        if (await update(change)) Object.assign(one ?? {}, { data: change.data })
        return (await read([change.sid]))[0]?.version === change.version + 1
      },
    }),
  ],
  'inserts over what is there': [
    'a key is inserted once',
    ({ insert, trim }) => ({
      async insert(one) {
        if (await insert(one)) return true
        await trim(Number.MAX_SAFE_INTEGER, 1_000)
        return insert(one)
      },
    }),
  ],
  'looks before it inserts': [
    'of many inserts',
    ({ insert, read }) => ({
      async insert(one) {
        const isFree = (await read([one.sid])).length === 0
        await pause()
        await insert(one)
        return isFree
      },
    }),
  ],
  'says of all inserts of a moment that they were made': [
    'many rows are inserted at once',
    ({ insert }) => ({
      async insertMany(rows) {
        for (const one of rows) await insert(one)
        return rows.map(() => true)
      },
    }),
  ],
  'says of all changes of a moment that they were made': [
    'many rows are changed at once',
    ({ update }) => ({
      async updateMany(changes) {
        for (const one of changes) await update(one)
        return changes.map(() => true)
      },
    }),
  ],
  'counts no versions': [
    'an update replaces',
    ({ read }) => ({ read: async (sids) => (await read(sids)).map((one) => ({ ...one, version: 1 })) }),
  ],
  'keeps the former user': [
    'an update replaces',
    ({ update }) => ({ update: ({ userId, ...change }) => update(change as never) }),
  ],
  'updates whatever the version is': [
    'an update of another version',
    (storage) => ({
      update: async (change) => storage.update({ ...change, version: (await row(storage, change.sid))?.version ?? 0 }),
    }),
  ],
  'updates what is over': [
    'an update of a row that ended',
    ({ update }) => ({ update: (change) => update({ ...change, now: 0 }) }),
  ],
  'looks before it updates': [
    'of many updates',
    (storage) => ({
      async update(change) {
        const isCurrent = (await row(storage, change.sid))?.version === change.version
        await pause()
        return (await storage.update(change)) || isCurrent
      },
    }),
  ],
  'answers all updates of a moment alike': [
    'of many updates of many rows',
    ({ update }) => {
      let last: Promise<boolean> = Promise.resolve(false)
      return {
        update(change) {
          const former = last
          last = update(change)
          return Promise.all([former, last]).then(([one, other]) => one || other)
        },
      }
    },
  ],
  'touches nothing': ['a touch renews', () => ({ touch: async () => {} })],
  'touches all to the times of the last': [
    'many rows are touched',
    ({ touch }) => ({
      touch: (all) => touch(all.map((one) => ({ ...all.at(-1)!, sid: one.sid, version: one.version }))),
    }),
  ],
  'touches whatever the version is': [
    'a touch of another version',
    (storage) => ({
      async touch(touches) {
        for (const one of touches)
          await storage.touch([{ ...one, version: (await row(storage, one.sid))?.version ?? 0 }])
      },
    }),
  ],
  'keeps the content of what ended': [
    'a row is ended once',
    ({ read }) => ({
      read: async (sids) =>
        (await read(sids)).map((one) => ({ ...one, data: one.endedAt ? Buffer.from('kept') : one.data })),
    }),
  ],
  'ends again what ended': [
    'a row is ended once',
    (storage) => ({
      end: async (sid, end) => (await storage.end(sid, end)) || (await row(storage, sid)) !== undefined,
    }),
  ],
  'says that it ended what is not there': [
    'ending what is not there',
    ({ end }) => ({ end: async (...all) => (await end(...all)) || true }),
  ],
  'looks before it ends': [
    'of many that end',
    (storage) => ({
      async end(sid, end) {
        const isLive = (await row(storage, sid))?.endedAt === null
        await pause()
        await storage.end(sid, end)
        return isLive
      },
    }),
  ],
  'replaces whatever the version is': [
    'a row is replaced',
    (storage) => ({
      replace: async (one) => storage.replace({ ...one, version: (await row(storage, one.sid))?.version ?? 0 }),
    }),
  ],
  'replaces nothing that ended': [
    'a row that ended without a reason',
    (storage) => ({
      replace: async (one) => (await row(storage, one.sid))?.endedAt === null && storage.replace(one),
    }),
  ],
  'replaces what is over': ['a row is replaced', ({ replace }) => ({ replace: (one) => replace({ ...one, now: 0 }) })],
  'never begins what is on its way': [
    'a row on its way to become a session is none',
    (storage) => ({
      replace: async (one) => (await row(storage, one.sid))?.endReason !== 'rotating' && storage.replace(one),
    }),
  ],
  'does not end what is on its way': [
    'a row on its way to become a session can be ended',
    (storage) => ({
      end: async (sid, end) => (await row(storage, sid))?.endReason !== 'rotating' && storage.end(sid, end),
    }),
  ],
  'forgets who sealed what stays of a row': [
    'a row that ended and holds something sealed',
    ({ replace }) => ({ replace: (one) => replace({ ...one, keyId: null }) }),
  ],
  'looks before it replaces': [
    'of many that replace',
    (storage) => ({
      async replace(one) {
        const isCurrent = (await row(storage, one.sid))?.version === one.version
        await pause()
        return (await storage.replace(one)) || isCurrent
      },
    }),
  ],
  'revives tombstones': [
    'a row that is inserted as ended',
    ({ insert }) => ({ insert: (one) => insert({ ...one, endedAt: null, endReason: null }) }),
  ],
  'ends one session of a user': [
    'all sessions of a user',
    ({ endUser }) => ({ endUser: async (...all) => Math.min(1, await endUser(...all)) }),
  ],
  'compares users by their letters': [
    'the sessions of nobody else',
    ({ insert, endUser }) => ({
      insert: (one) => insert({ ...one, userId: one.userId?.toLowerCase() ?? null }),
      endUser: (userId, end) => endUser(userId.toLowerCase(), end),
    }),
  ],
  'trims more than it is told': ['trimming deletes', ({ trim }) => ({ trim: (before) => trim(before, 1_000) })],
  'counts a row too many': [
    'rows that have not ended',
    ({ countByKey }) => ({
      countByKey: async () => (await countByKey()).map((one) => ({ ...one, rows: one.rows + 1 })),
    }),
  ],
  'keeps key ids in 31 bits': [
    'key ids are',
    ({ insert }) => ({ insert: (one) => insert({ ...one, keyId: one.keyId && one.keyId & 0x7fff_ffff }) }),
  ],
  'lists rows in any order': [
    'rows that another key',
    ({ sealedByOthers }) => ({ sealedByOthers: async (...all) => (await sealedByOthers(...all)).reverse() }),
  ],
  'lists rows of the key itself': [
    'rows that another key',
    ({ sealedByOthers }) => ({ sealedByOthers: (_, ...all) => sealedByOthers(-1, ...all) }),
  ],
  'leaves out rows without a key': [
    'rows that another key',
    (storage) => ({
      // Under a key of their own, so that they are told from the others.
      insert: (one) => storage.insert({ ...one, keyId: one.keyId ?? -7 }),
      async sealedByOthers(keyId, after, limit) {
        const rows = await storage.sealedByOthers(-7, after, limit)
        const others = new Set((await storage.sealedByOthers(keyId, after, limit)).map(({ sid }) => sid))
        return rows.filter(({ sid }) => others.has(sid))
      },
    }),
  ],
  'seals anew what changed meanwhile': [
    'a row is sealed anew',
    (storage) => ({
      reseal: async (one) => storage.reseal({ ...one, version: (await row(storage, one.sid))?.version ?? 0 }),
    }),
  ],
  'answers all that are sealed anew in a moment alike': [
    'of many rows that are sealed anew',
    ({ reseal }) => {
      let last: Promise<boolean> = Promise.resolve(false)
      return {
        reseal(one) {
          const former = last
          last = reseal(one)
          return Promise.all([former, last]).then(([before, now]) => before || now)
        },
      }
    },
  ],
  'never says that it sealed anew': [
    'a row is sealed anew',
    (storage) => ({
      reseal: async (one) => (await storage.reseal(one)) && false,
    }),
  ],
}
