import { describe, test } from 'node:test'
import { vaultTransitKeys } from '../examples/vault-transit.ts'
import { openDatabase } from '../src/database/open.ts'
import type { AttachedKeys } from '../src/index.ts'
import { keyProviderContract } from '../src/testing/index.ts'
import { envelopeStoresOn } from './envelopes.ts'
import { forEachDatabase } from './harness/databases.ts'

forEachDatabase((target) => {
  describe('the contract for key providers', () => {
    const suite = envelopeStoresOn(target)

    test('is kept by keys that a key service wraps', async () => {
      const { keys: table, close } = await openDatabase(target.dialect, suite.database.url, 'stored_sessions')
      const { address, token } = suite.transit
      const attached: AttachedKeys[] = []
      const create = (token: string) => {
        const keys = vaultTransitKeys({ address, token, key: 'sessions' })
        attached.push(keys.attach!({ ...table!, namespace: 'contract', onFailure: () => {}, onSlow: () => {} }))
        return attached.at(-1)!
      }
      const checks = keyProviderContract({
        create: () => create(token),
        createUnreachable: () => create('that was revoked'),
      })
      for (const { run } of checks) await run()
      await Promise.all(attached.map((keys) => keys.close()))
      await close()
    })
  })
})
