import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { titlesIn } from '../support/named-tests.ts'
import { table } from './readme-text.ts'

const page = readFileSync(new URL('../../docs/from-fastify-session.md', import.meta.url), 'utf8')

describe('the page docs/from-fastify-session.md', () => {
  test('has a row with a reason for each difference that a test shows', () => {
    const rows = table('what stored-session does')
    assert.deepEqual(
      rows.map(([name]) => name),
      titlesIn('test/host/differences.test.ts'),
    )
    assert.ok(rows.every(([, reason]) => reason!.length > 30))
  })

  test('links to pages that exist', () => {
    const links = [...page.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path]) => path!)
    assert.ok(links.length > 2)
    assert.deepEqual(
      links.filter((path) => !existsSync(new URL(`../../docs/${path}`, import.meta.url))),
      [],
    )
  })
})
