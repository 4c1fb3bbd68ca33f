import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { minVersion, satisfies } from 'semver'
import { sourceFiles } from '../architecture/source-files.ts'
import { chosen } from './legs.ts'
import { manifestFor } from './manifest.ts'
import { outcomeOf } from './suite.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const manifest = JSON.parse(read('package.json'))
const page = read('docs/compatibility.md')

describe('npm run compat', () => {
  test('runs every Node with every set of versions, or those that are named', () => {
    assert.equal(chosen([]).legs.length, 9)
    const { legs, databases, patterns } = chosen(['--node=22', '--oldest', '--databases=sqlite', 'store/*'])
    assert.deepEqual(legs, [{ major: 22, versions: 'oldest' }])
    assert.deepEqual([databases, patterns], [['sqlite'], ['store/*']])
    assert.throws(() => chosen(['--node=18']), /unknown Node in --node=18; there are 20, 22, 24/)
  })

  test('has the command lines of docs/compatibility.md', () => {
    const lines = [...page.matchAll(/^npm run compat(?: -- (.*?))? *(?:#|$)/gm)].map(([, args = '']) => args)
    assert.equal(lines.length, 3)
    for (const line of lines) assert.ok(chosen(line.replaceAll("'", '').split(' ').filter(Boolean)).legs.length > 0)
  })

  test('installs the oldest versions that the ranges allow', () => {
    for (const major of [20, 22]) {
      const { dependencies, devDependencies } = manifestFor(manifest, 'oldest', major)
      for (const [name, range] of Object.entries<string>(manifest.dependencies))
        assert.equal(dependencies[name], minVersion(range)!.version)
      for (const [name, range] of Object.entries<string>(manifest.peerDependencies))
        assert.ok(satisfies(devDependencies[name], range), `${name} ${devDependencies[name]}`)
      assert.equal(devDependencies['drizzle-orm'], '0.45.2')
      assert.equal(devDependencies['better-sqlite3'], major === 20 ? '12.11.1' : '13.0.0')
      assert.equal(devDependencies.typescript, manifest.devDependencies.typescript)
    }
  })

  test('has the SQLite driver of each Node, and ranges of peers for the newest versions', () => {
    const sqliteOf = (versions: 'locked' | 'newest', major: number) =>
      manifestFor(manifest, versions, major).devDependencies['better-sqlite3']
    assert.deepEqual(
      [sqliteOf('locked', 20), sqliteOf('locked', 24), sqliteOf('newest', 20), sqliteOf('newest', 24)],
      [manifest.devDependencies['better-sqlite3'], '^13.0.0', '^12.11.1', '^13.0.0'],
    )
    const { dependencies, devDependencies } = manifestFor(manifest, 'newest', 22)
    assert.deepEqual(dependencies, manifest.dependencies)
    assert.equal(devDependencies['@libsql/client'], manifest.peerDependencies['@libsql/client'])
  })

  test('tells what the run printed in a line, and what failed', () => {
    const table =
      'database  version  source  passed  failed\nsqlite    3.53.2   npm     41      1\nno database               7       0\n'
    assert.deepEqual(outcomeOf(0, table, ''), {
      passed: true,
      line: 'sqlite 41 passed, 1 failed; no database 7 passed',
    })
    const failed = outcomeOf(1, `…\n✖ failing tests:\n\n✖ a test\n\n${table}`, 'of stderr')
    assert.match(failed.details!, /^failing tests:\n\n✖ a test\n[\s\S]*of stderr$/)
    assert.equal(outcomeOf(1, 'broken', '').line, 'no results, exit code 1')
  })
})

describe('docs/compatibility.md', () => {
  test('has the Nodes and databases that CI tests', () => {
    const workflow = read('.github/workflows/ci.yml')
    const nodes = /^ +node: \[(.*)\]$/m.exec(workflow)![1]!.split(', ')
    assert.ok(page.includes(`| Node | ${nodes[0]} (from 20.19), ${nodes.slice(1).join(' and ')} |`))
    const [oldest, newest] = [/postgres: (14)\b/.exec(workflow)![1]!, /postgres: \[(\d+)\]/.exec(workflow)![1]!]
    assert.ok(page.includes(`| PostgreSQL | ${oldest} to ${newest} |`))
    assert.ok(satisfies('20.19.0', manifest.engines.node))
  })

  test('names the code of every deprecation, or says that there is none', () => {
    const codes = sourceFiles.flatMap(({ text }) => text.match(/STORED_SESSION_DEP\d+/g) ?? [])
    for (const code of codes) assert.ok(page.includes(code), code)
    assert.equal(page.includes('\nNothing is deprecated today.\n'), codes.length === 0)
  })
})

test('package.json has every command that CONTRIBUTING.md names', () => {
  const names = [...read('CONTRIBUTING.md').matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!)
  assert.ok(names.length > 3)
  for (const name of names) assert.ok(manifest.scripts[name], name)
})

test('CONTRIBUTING.md names files that exist', () => {
  const paths = [...read('CONTRIBUTING.md').matchAll(/`((?:src|test|bench|docs|\.github)\/[\w./-]+)`/g)]
  assert.ok(paths.length > 10)
  for (const [, path] of paths) assert.ok(existsSync(new URL(`../../${path}`, import.meta.url)), path)
})
