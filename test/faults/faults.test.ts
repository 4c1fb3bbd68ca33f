import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import { codeFaults } from './code-faults.ts'
import { type Fault, tryFault } from './fault.ts'
import { type Ground, openGround } from './ground.ts'
import { lockFault } from './lock-fault.ts'
import { networkFaults } from './network-faults.ts'
import { connectionFaults, sqliteFaults } from './sqlite-faults.ts'

const rejections: unknown[] = []
process.on('unhandledRejection', (error) => rejections.push(error))

forEachDatabase((target) => {
  let database: TestDatabase
  const grounds: Ground[] = []

  before(async () => {
    database = await target.create()
  })
  after(async () => {
    for (const { app, proxy } of grounds) {
      await app.close()
      await proxy?.close()
    }
    await database.drop()
    assert.deepEqual(rejections, [])
  })

  function tests(faults: readonly Fault[], ground: () => Ground): void {
    for (const fault of faults) {
      test(`when ${fault.name}, every operation is done or is a 503, nobody is logged out, and it passes`, async () => {
        await tryFault(ground(), fault)
      })
    }
  }

  if (target.dialect !== 'sqlite') {
    let ground: Ground
    before(async () => {
      const proxy = await TcpProxy.open(database.url)
      ground = await openGround({ database, proxy, server: undefined })
      grounds.push(ground)
    })
    return tests([...networkFaults, lockFault, ...codeFaults(target.dialect)], () => ground)
  }

  let byUrl: Ground
  let byClient: Ground
  const client = new Database(':memory:')
  before(async () => {
    byUrl = await openGround({ database, proxy: undefined, server: undefined })
    byClient = await openGround({ database, proxy: undefined, server: undefined }, drizzle(client))
    grounds.push(byUrl, byClient)
  })
  tests(sqliteFaults, () => byUrl)
  tests(connectionFaults(client), () => byClient)
})
