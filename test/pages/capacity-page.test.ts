import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { usual } from '../../bench/capacity/assumptions.ts'
import { costAt, costsIn, readResults } from '../../bench/capacity/costs.ts'
import { readMeasured } from '../../bench/capacity/measured.ts'
import { model } from '../../bench/capacity/model.ts'
import { capacityText } from '../../bench/capacity/page.ts'
import { differences } from '../../bench/capacity/quantities.ts'
import { databaseNames } from '../harness/selection.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('bench/capacity.md')
const [, stated] =
  /<!-- capacity: made by npm run simulate -->\n\n([\s\S]*)\n\n<!-- end of capacity -->/.exec(page) ?? []

describe('the page about capacity', () => {
  test('has what the model computes today from bench/results.md; npm run simulate -- --page writes it again', () => {
    assert.equal(stated, capacityText())
  })

  test('has other cores of the database when the benchmark has other costs', () => {
    const results = readResults()
    const costlier = results.replace(
      /(stored-session, PostgreSQL \|(?: [\d,]+ \|){3}(?: [\d.]+ \|){3} )[\d.]+ \|/,
      '$19.99 |',
    )
    assert.notEqual(costlier, results)
    assert.notEqual(capacityText(costlier), stated)
  })

  test('has every figure of its summary in docs/scale.md', () => {
    const [, summary] = /^## Plan the size of your servers$([\s\S]*?)^## /m.exec(read('docs/scale.md'))!
    const figures = summary!.match(/\d{1,3}(,\d{3})+/g)!
    assert.ok(figures.length >= 3)
    assert.deepEqual(
      figures.filter((figure) => !stated!.includes(` ${figure} `)),
      [],
    )
  })
})

describe('what was measured', () => {
  const measured = readMeasured()

  test('is of every database', () => {
    assert.deepEqual(Object.keys(measured.databases), [...databaseNames])
  })

  test('is what the model computes, within 5%', () => {
    assert.deepEqual(differences(model({ ...usual, users: measured.users }), measured.simulated, 0.05), [])
  })

  for (const [name, { rows, statements, statementsExpected }] of Object.entries(measured.databases)) {
    test(`is the same on ${name} as simulated`, () => {
      assert.deepEqual(differences(rows, measured.replayed, 0), [])
      assert.ok(statements, 'statements were counted')
      assert.deepEqual(differences(statementsExpected, statements, 0.01), [])
    })
  }
})

test('costs are read from the results by the headings of their columns', () => {
  const heading = ['store', 'statements', '20% writing', 'app s', '20%', 'database s', '20%']
  const text = (app: string) => {
    const rows = [
      heading,
      heading.map(() => '---'),
      ['stored-session, MySQL', '30', '160', app, '1.5', '0.25', '1,000'],
    ]
    return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  }
  const costs = costsIn(`# Results\n\n| store | x |\n\n${text('0.5')}\n\nmore`, 'mysql')
  assert.deepEqual(costs.statements, { reading: 30, writing: 160 })
  assert.deepEqual(costs.app, { reading: 0.5, writing: 1.5 })
  assert.deepEqual(costs.database, { reading: 0.25, writing: 1_000 })
  assert.equal(costAt(costs.app, 0.1), 1)
  assert.throws(() => costsIn(text(''), 'mysql'), /where a number should be/)
  assert.throws(() => costsIn(text('1'), 'postgres'), /has no costs of PostgreSQL; run npm run bench/)
})
