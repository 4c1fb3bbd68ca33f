import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { vaultTransitKeys } from '../../examples/vault-transit.ts'
import { openDatabase } from '../../src/database/open.ts'
import type { AttachedKeys } from '../../src/index.ts'
import { keyProviderContract } from '../../src/testing/index.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { envelopeStoresOn, withClock } from './envelopes.ts'

forEachDatabase((target) => {
  describe('the contract for key providers', () => {
    const suite = envelopeStoresOn(target)

    test('is kept by keys that a key service wraps', async () => {
      const { keys: table, close } = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
      const { address, token } = suite.transit
      const attached: AttachedKeys[] = []
      const create = (token: string, more = {}) => {
        const keys = vaultTransitKeys({ address, token, key: 'sessions' })
        const storage = { ...table!, namespace: 'contract', onFailure: () => {}, onSlow: () => {}, ...more }
        attached.push(keys.attach!(storage))
        return attached.at(-1)!
      }
      const checks = keyProviderContract({
        create: () => create(token),
        createUnreachable: () => create('that was revoked'),
        // A process that saw no key yet makes one.
        makeKey: async () => (await create(token, { read: async () => [] }).current()).id,
      })
      for (const { run } of checks) await run()
      await Promise.all(attached.map((keys) => keys.close()))
      await close()
    })

    test('is kept with the newer key of another process by one that stores its own too late', async () => {
      await withClock(async (advance) => {
        const { keys: table, close } = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
        const keys = vaultTransitKeys({ address: suite.transit.address, token: suite.transit.token, key: 'sessions' })
        const storage = { ...table!, namespace: 'contract', onFailure: () => {}, onSlow: () => {} }
        const other = keys.attach!(storage)
        const late = keys.attach!({
          ...storage,
          async insert(row) {
            advance(1)
            await other.current()
            return table!.insert(row)
          },
        })
        const { id } = await late.current()
        assert.equal(id, (await other.current()).id)
        assert.equal((await suite.keyIds()).at(-1), id)
        assert.equal((await suite.keyIds()).length, 2)
        await Promise.all([other.close(), late.close()])
        await close()
      })
    })
  })
})
