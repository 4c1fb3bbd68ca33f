import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { openSource } from '../../src/importing/sources.ts'
import { forEachDatabase } from '../harness/databases.ts'
import { appSuite } from '../support/app-suite.ts'
import { fillOtherStore, tableStores } from './table-rows.ts'

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'

forEachDatabase((target) => {
  describe('clients that another store kept', () => {
    const suite = appSuite(target)
    const listed = async (metadata: unknown) => {
      const app = await suite.open({ options: { metadata: metadata as never } })
      return { app, list: async () => (await app.storedSession.list()).sessions.map((one) => one.metadata?.first) }
    }

    test('come along from the columns of its table, as far as the option keeps them', async () => {
      const { name, table } = tableStores[target.dialect]
      const { query, url } = suite.database
      await fillOtherStore(suite.database, 2)
      const ip = target.dialect === 'pg' ? 'inet' : 'varchar(45)'
      await query(`alter table ${table} add ip_address ${ip}`)
      await query(`alter table ${table} add user_agent ${target.dialect === 'pg' ? 'text' : 'varchar(1000)'}`)
      await query(`update ${table} set ip_address = '203.0.113.7', user_agent = '${FIREFOX}'`)
      const { app, list } = await listed(true)
      await app.storedSession.store.import(openSource(name, { url }))
      for (const use of await list()) {
        assert.deepEqual([use?.ip, use?.userAgent], ['203.0.113.0/24', FIREFOX])
        assert.equal(use?.device?.browser, 'Firefox')
      }
      assert.equal((await list()).length, 2)
      await app.storedSession.revoke({ all: true })
    })

    test('come along from lines of JSON, and not at all without the option', async () => {
      const lines = (id: string) =>
        Readable.from([
          JSON.stringify({
            id,
            session: { cookie: {} },
            ip: '2001:db8::1',
            userAgent: 'curl/8.5.0',
            expires: '2999-01-01',
          }),
        ])
      for (const [metadata, expected] of [
        [{ userAgent: false }, ['2001:db8::/48', undefined]],
        [{ ip: false }, [undefined, 'curl/8.5.0']],
        [false, [undefined, undefined]],
      ] as const) {
        const { app } = await listed(metadata)
        const id = `an-imported-session-${JSON.stringify(metadata).replaceAll(/\W/g, '')}`
        await app.storedSession.store.import(openSource('json', { url: '-', input: lines(id) }))
        const { sessions } = await app.storedSession.list({ state: 'live' })
        const use = sessions[0]?.metadata?.first
        assert.deepEqual([sessions.length, use?.ip, use?.userAgent], [1, ...expected])
        await app.storedSession.revoke({ all: true })
      }
    })
  })
})
