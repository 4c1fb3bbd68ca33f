import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { forEachDatabase, type TestDatabase } from '../harness/databases.ts'
import { sumOf } from './combination.ts'
import { allCombinations } from './combinations.ts'
import { inWords, type Result, runMatrix, shareOf } from './matrix.ts'
import { scenariosOf } from './scenarios.ts'

/** Always the same, so that what this runs is; `npm run matrix` chooses others. */
const SEED = 20_300_101
const SHARE = 0.004

// The order of the statements is the scheduler's alone: most races run on the quickest database.
const extents = { sqlite: { most: 10, seed: SEED }, server: { most: 2, seed: SEED } }

forEachDatabase((target) => {
  const isQuick = target.name === 'sqlite'
  let database: TestDatabase
  before(async () => {
    database = await target.create()
  })
  after(() => database.drop())

  for (const [subject, scenarios] of Object.entries(scenariosOf)) {
    test(`in no order of its statements anything goes wrong with ${subject}`, async (t) => {
      const results: Result[] = []
      const extent = isQuick ? extents.sqlite : extents.server
      await runMatrix(database, scenarios, extent, (result) => results.push(result))
      t.diagnostic(`${results.reduce((sum, { tally }) => sum + tally.interleavings, 0)} races`)
      assert.equal(damagesOf(results), '')
    })
  }

  if (!isQuick) return
  test('in a sample of all pairs of operations and features nothing goes wrong', async (t) => {
    const results: Result[] = []
    const sample = shareOf(allCombinations(), SHARE, SEED)
    await runMatrix(database, sample, { most: 4, seed: SEED }, (result) => results.push(result))
    t.diagnostic(`${results.reduce((sum, { tally }) => sum + tally.interleavings, 0)} races of ${sample.length} pairs`)
    assert.equal(damagesOf(results), '')
  })
})

function damagesOf(results: readonly Result[]): string {
  return results
    .filter(({ tally }) => sumOf(tally) > 0)
    .flatMap((result) => [`${result.operations.join(' + ')}, ${result.name}`, ...inWords(result)])
    .join('\n')
}
