import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forEachDatabase } from '../../harness/databases.ts'
import { load, newSession, save } from '../../support/sessions.ts'
import { newId, storesOn } from '../../support/stores.ts'
import { until } from '../../support/until.ts'

const SESSIONS = 200
const MINUTES = 40
/** More updates than a store makes to try the database at start. */
const TRIED = 20

forEachDatabase((target) => {
  if (target.dialect !== 'pg') return
  const suite = storesOn(target)

  test('at least nine in ten touches leave every index alone, and none writes the payload anew', async (t) => {
    const [hour] = [Math.ceil(Date.now() / 3_600_000) * 3_600_000]
    t.mock.timers.enable({ apis: ['Date'], now: hour + 1 })
    const store = await suite.another()
    const ids = Array.from({ length: SESSIONS }, newId)
    await Promise.all(ids.map((id) => save(store, id, newSession({ userId: 'ada', cart: 'x'.repeat(4_000) }))))
    const toast = await toastWrites()
    for (let minute = 1; minute <= MINUTES; minute++) {
      t.mock.timers.setTime(hour + 1 + minute * 61_000)
      await Promise.all(ids.map((id) => load(store, id)))
      await until('they are touched', async () => (await touchedAt(Date.now())) === SESSIONS)
    }
    // A connection that ends tells the server's statistics what it did.
    await store.close()
    await until('all touches are counted', async () => (await updates()).all >= SESSIONS * MINUTES)
    const { all, hot } = await updates()
    t.diagnostic(`${hot} of ${all} touches were HOT`)
    // Each start tries the database with a few updates of its own.
    assert.ok(all < SESSIONS * MINUTES + 2 * TRIED, `${all} updates`)
    assert.ok(hot >= 0.9 * all, `${hot} of ${all}`)
    assert.equal(await toastWrites(), toast)
  })

  async function touchedAt(time: number): Promise<number> {
    const [row] = await suite.database.query('SELECT count(*) AS n FROM stored_sessions WHERE touched_at = $1', [time])
    return Number(row!.n)
  }

  async function updates(): Promise<{ all: number; hot: number }> {
    const [row] = await suite.database.query(
      `SELECT sum(n_tup_upd) AS "all", sum(n_tup_hot_upd) AS hot FROM pg_stat_user_tables
        WHERE relname ~ '^stored_sessions(_p\\d\\d)?$'`,
    )
    return { all: Number(row!.all), hot: Number(row!.hot) }
  }

  /** Where large payloads lie, what is written anew is written behind what there is. */
  async function toastWrites(): Promise<number> {
    const [row] = await suite.database.query(
      `SELECT sum(pg_relation_size(reltoastrelid)) AS bytes FROM pg_class
        WHERE relname ~ '^stored_sessions(_p\\d\\d)?$' AND relkind = 'r'`,
    )
    return Number(row!.bytes)
  }
})
