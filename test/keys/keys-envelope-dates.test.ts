import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { vaultTransitKeys } from '../../examples/vault-transit.ts'
import { envelopeKeys, type StoredSessionStore, staticKeys } from '../../src/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { openApp } from '../support/app.ts'
import { logTo } from '../support/log-lines.ts'
import { loaded, newSession, save } from '../support/sessions.ts'
import { newId } from '../support/stores.ts'
import { until } from '../support/until.ts'
import { type EnvelopeStores, envelopeStoresOn, withClock } from './envelopes.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LONG = { idleTimeout: '9d' } as const

interface Misdated {
  keyId: number
  since: number | undefined
}

function misdatedOf({ events }: StoredSessionStore): Misdated[] {
  const told: Misdated[] = []
  events.on('misdatedKey', (event) => told.push(event))
  return told
}

async function dateOf({ database }: EnvelopeStores, keyId: number): Promise<number> {
  const [row] = await database.query(`SELECT created_at FROM stored_sessions_keys WHERE id = ${keyId}`)
  return Number(row!.created_at)
}

/** As somebody who can write to the database: makes a key look newer than all others. */
async function date({ database }: EnvelopeStores, keyId: number, createdAt = Date.now() + 1_000): Promise<void> {
  await database.query(`UPDATE stored_sessions_keys SET created_at = ${createdAt} WHERE id = ${keyId}`)
}

/** Which key seals a session that this store saves now. */
async function sealsWith({ database }: EnvelopeStores, store: StoredSessionStore): Promise<number> {
  const before = await countsByKey(database)
  await save(store, newId(), newSession())
  const after = await countsByKey(database)
  return [...after].find(([keyId, count]) => count !== before.get(keyId))![0]
}

async function countsByKey(database: EnvelopeStores['database']): Promise<Map<number, number>> {
  const rows = await database.query('SELECT key_id, count(*) AS sealed FROM stored_sessions GROUP BY key_id')
  return new Map(rows.map(({ key_id, sealed }) => [Number(key_id), Number(sealed)]))
}

/** A key as former versions wrapped it, without its date, and a session that it sealed. */
async function keyOfFormerVersion(suite: EnvelopeStores, createdAt: number): Promise<{ keyId: number; id: string }> {
  const { address, token } = suite.transit
  const material = randomBytes(32)
  const keyId = randomBytes(4).readUInt32BE()
  const response = await fetch(`${address}/v1/transit/encrypt/sessions`, {
    method: 'POST',
    headers: { 'x-vault-token': token },
    body: JSON.stringify({
      plaintext: material.toString('base64'),
      associated_data: Buffer.from(`stored-session/stored_sessions/${keyId}`).toString('base64'),
    }),
  })
  const { data } = (await response.json()) as { data: { ciphertext: string } }
  const [one, two, three] = suite.database.dialect === 'pg' ? ['$1', '$2', '$3'] : ['?', '?', '?']
  await suite.database.query(
    `INSERT INTO stored_sessions_keys (id, wrapped, created_at) VALUES (${one}, ${two}, ${three})`,
    [keyId, Buffer.from(data.ciphertext), createdAt],
  )
  const id = newId()
  await save(
    await suite.open({}, { keys: staticKeys([{ id: keyId, key: material }]), ...LONG }),
    id,
    newSession({ user: 'ada' }),
  )
  return { keyId, id }
}

forEachDatabase((target) => {
  describe('the date of a key', () => {
    const suite = envelopeStoresOn(target)

    /** Two keys, a day apart, and a session that the old one sealed. */
    async function oldAndNew(advance: (ms: number) => void) {
      const store = await suite.open({}, LONG)
      const id = newId()
      await save(store, id, newSession({ user: 'ada' }))
      advance(DAY_MS)
      await save(store, newId(), newSession())
      const [old, current] = await suite.keyIds()
      return { store, id, old: old!, current: current!, since: await dateOf(suite, old!) }
    }

    test('is wrapped with it: 32 bytes of key, and created_at as 8 bytes, big endian', async () => {
      const plaintexts: Buffer[] = []
      const mask = (bytes: Uint8Array) => Buffer.from(bytes.map((byte) => byte ^ 0x5a))
      const keys = envelopeKeys({
        wrap: async (plaintext) => {
          plaintexts.push(Buffer.from(plaintext))
          return mask(plaintext)
        },
        unwrap: async (wrapped) => mask(wrapped),
      })
      await save(await suite.open({}, { keys, warnKeyAge: false }), newId(), newSession())
      const [keyId] = await suite.keyIds()
      assert.equal(plaintexts.length, 1)
      assert.equal(plaintexts[0]!.length, 40)
      assert.equal(plaintexts[0]!.readBigUInt64BE(32), BigInt(await dateOf(suite, keyId!)))
    })

    test('cannot be set in the table: an old key that looks new seals nothing, and still opens', async () => {
      await withClock(async (advance) => {
        const { id, old, current, since } = await oldAndNew(advance)
        await date(suite, old)
        const other = await suite.open({}, { ...LONG, warnKeyAge: false })
        const told = misdatedOf(other)
        assert.equal(await sealsWith(suite, other), current)
        assert.deepEqual(told, [{ keyId: old, since }])
        assert.equal((await loaded(other, id)).user, 'ada')
        assert.equal(await sealsWith(suite, other), current)
      })
    })

    test('counts for a process that reads what the old key sealed, too', async () => {
      await withClock(async (advance) => {
        const { id, old, current } = await oldAndNew(advance)
        const other = await suite.open({}, LONG)
        assert.equal(await sealsWith(suite, other), current)
        await date(suite, old)
        assert.equal((await loaded(other, id)).user, 'ada')
        assert.equal(await sealsWith(suite, other), current)
      })
    })

    test('counts where the old key is the only one: a new one is made', async () => {
      await withClock(async (advance) => {
        await save(await suite.open({}, LONG), newId(), newSession())
        const [old] = await suite.keyIds()
        advance(3 * DAY_MS)
        await date(suite, old!)
        assert.notEqual(await sealsWith(suite, await suite.open({}, LONG)), old)
      })
    })

    test('counts at the next rotation of a process that runs on', async () => {
      await withClock(async (advance) => {
        const { store, old, current, since } = await oldAndNew(advance)
        const told = misdatedOf(store)
        advance(21 * HOUR_MS)
        await date(suite, old)
        await save(store, newId(), newSession())
        await until('there is a third key', async () => (await suite.keyIds()).length === 3)
        await until('it seals', async () => ![old, current].includes(await sealsWith(suite, store)))
        assert.deepEqual(new Set(told.map(({ keyId }) => keyId)), new Set([old]))
        assert.equal(told[0]!.since, since)
      })
    })

    test('makes no key current that is not, for those who list them', async () => {
      await withClock(async (advance) => {
        const { old, current } = await oldAndNew(advance)
        await date(suite, old)
        const [first, ...others] = await (await suite.open({}, LONG)).keyStatus()
        assert.deepEqual([first?.id, first?.state], [current, 'current'])
        assert.deepEqual(
          others.map(({ id, state }) => [id, state]),
          [[old, 'retired']],
        )
      })
    })

    test('is missing in a key of a former version, which opens what it sealed, and seals nothing', async () => {
      await withClock(async () => {
        const { keyId, id } = await keyOfFormerVersion(suite, Date.now() - 2_000)
        const store = await suite.open({}, { ...LONG, warnKeyAge: false })
        const told = misdatedOf(store)
        const current = await sealsWith(suite, store)
        assert.notEqual(current, keyId)
        assert.equal((await loaded(store, id)).user, 'ada')
        assert.deepEqual(told, [{ keyId, since: undefined }])
        // Now that there is a key with a date, nothing is said of the other one, unless it looks newer.
        const later = await suite.open({}, { ...LONG, warnKeyAge: false })
        const toldLater = misdatedOf(later)
        await date(suite, keyId, Date.now() - 1)
        assert.equal(await sealsWith(suite, later), current)
        assert.deepEqual(toldLater, [])
        await date(suite, keyId)
        const last = await suite.open({}, { ...LONG, warnKeyAge: false })
        const toldLast = misdatedOf(last)
        assert.equal(await sealsWith(suite, last), current)
        assert.deepEqual(toldLast, [{ keyId, since: undefined }])
        assert.equal((await loaded(last, id)).user, 'ada')
      })
    })

    test('that differs is a line in the log, with the id of the key, and what to do', async () => {
      await withClock(async (advance) => {
        const { old, since } = await oldAndNew(advance)
        await date(suite, old)
        const { address, token } = suite.transit
        const lines: Record<string, unknown>[] = []
        const app = await openApp(suite.database.url, {
          options: { keys: vaultTransitKeys({ address, token, key: 'sessions' }) },
          server: logTo((line) => void lines.push(line)),
        })
        await app.close()
        const [line, ...more] = lines.filter(({ plugin }) => plugin === 'stored-session')
        assert.deepEqual(more, [])
        assert.deepEqual([line?.level, line?.keyId, line?.since], [40, old, since])
        assert.match(String(line?.msg), /created_at .*does not seal any more.*[Ff]ind out who/)
      })
    })
  })
})
