import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findStaleReads as onMysql } from '../../src/doctor/mysql/stale-reads.ts'
import { findStaleReads as onPg } from '../../src/doctor/pg/stale-reads.ts'

type Rows = Record<string, unknown>[]

/** What a server or proxy answers to statements that have these words; others are unknown to it. */
const answering = (answers: Record<string, Rows>) => async (text: string) => {
  const known = Object.keys(answers).find((words) => text.includes(words))
  if (known === undefined) throw new Error(`unknown: ${text}`)
  return answers[known]!
}

const COMMENT = { version_comment: [{ '@@version_comment': 'MySQL Community Server' }] }
const NO_CLUSTER = { 'show variables': [{ Variable_name: 'wsrep_on', Value: 'OFF' }] }

// test/database/galera.test.ts and test/database/replication-group.test.ts ask real clusters.
describe('reads that may be old', () => {
  test('are none where nothing stands between', async () => {
    assert.deepEqual(await onMysql(answering({ ...COMMENT, ...NO_CLUSTER }), true), [])
    assert.deepEqual(await onPg(answering({})), [])
  })

  test('are warned of behind ProxySQL and MaxScale', async () => {
    const proxysql = { version_comment: [{ '@@version_comment': '(ProxySQL)' }] }
    const [one] = await onMysql(answering({ ...proxysql, ...NO_CLUSTER }), true)
    assert.match(`${one?.level} ${one?.message}`, /^warning ProxySQL is between/)
    const maxscale = { maxscale_version: [{ '@@maxscale_version': '24.02.1' }] }
    const [other] = await onMysql(answering({ ...COMMENT, ...NO_CLUSTER, ...maxscale }), true)
    assert.match(`${other?.level} ${other?.message}`, /^warning MaxScale is between/)
  })

  test('are a fault behind Pgpool-II, unless it does not balance load', async () => {
    const status = (value: string) => ({ pool_status: [{ item: 'load_balance_mode', value, description: '' }] })
    const [balancing] = await onPg(answering(status('1')))
    assert.match(`${balancing?.level} ${balancing?.remedy}`, /^fault Set load_balance_mode = off/)
    const [plain] = await onPg(answering(status('0')))
    assert.equal(plain?.level, 'ok')
  })

  test('are a fault for a pool on one of several members of a cluster, and a warning for a URL', async () => {
    const galera = {
      'show variables': [
        { Variable_name: 'wsrep_on', Value: 'ON' },
        { Variable_name: 'wsrep_sync_wait', Value: '1' },
      ],
      wsrep_cluster_size: [{ Variable_name: 'wsrep_cluster_size', Value: '3' }],
    }
    const [pool] = await onMysql(answering({ ...COMMENT, ...galera }), false)
    assert.match(`${pool?.level} ${pool?.remedy}`, /^fault Run "set session wsrep_sync_wait = 7"/)
    const [url] = await onMysql(answering({ ...COMMENT, ...galera }), true)
    assert.equal(url?.level, 'warning')
  })

  test('are none in a cluster of one member', async () => {
    const alone = {
      'show variables': [
        { Variable_name: 'wsrep_on', Value: 'ON' },
        { Variable_name: 'wsrep_sync_wait', Value: '0' },
      ],
      wsrep_cluster_size: [{ Variable_name: 'wsrep_cluster_size', Value: '1' }],
    }
    assert.deepEqual(await onMysql(answering({ ...COMMENT, ...alone }), false), [])
  })
})
