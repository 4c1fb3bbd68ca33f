import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { memoryStorage } from '../../examples/memory-storage.ts'
import { isSessionDatabase } from '../../src/database/recognise.ts'
import { keyProviderContract } from '../../src/testing/index.ts'
import { Workspace } from './readme-workspace.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const page = read('docs/testing.md')

/** Each begins with a comment that names its file. */
const programs = [...page.matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(([, file, code]) => ({
  file: file!,
  code: code!,
}))

describe('the page about testing', () => {
  let workspace: Workspace
  before(() => {
    workspace = new Workspace()
    for (const { file, code } of programs) workspace.write(file, code)
    workspace.write(
      'memory-storage.ts',
      read('examples/memory-storage.ts').replace('../src/index.ts', 'stored-session'),
    )
  })
  after(() => workspace.remove())

  test('has code in files that have a name', () => {
    assert.equal(programs.length, page.match(/^```ts$/gm)?.length)
  })

  test('has code that compiles under strict rules', async () => {
    assert.equal(await workspace.complaints(), '')
  })

  for (const { file } of programs.filter(({ file }) => file.endsWith('.test.ts'))) {
    test(`has tests that pass: ${file}`, async () => {
      // What tells a process that it is a test of another makes it report in the other's form.
      const { code, output } = await workspace.run(file, { NODE_TEST_CONTEXT: undefined })
      assert.equal(code, 0, output)
      assert.match(output, /^# pass [1-9]/m)
    })
  }

  test('explains every method of a storage, and shows an example of fewer than 100 lines', () => {
    const example = read('examples/memory-storage.ts')
    const methods = Object.entries(memoryStorage()).filter(([, method]) => typeof method === 'function')
    const explained = [...page.matchAll(/^\| `(\w+)\(.*?\)` \|/gm)].map(([, method]) => method)
    assert.deepEqual(explained.toSorted(), methods.map(([name]) => name).toSorted())
    assert.ok(isSessionDatabase(Object.fromEntries(methods)), 'the example has every method that is needed')
    assert.ok(example.split('\n').length - 1 < 100)
  })

  test('explains every promise of the contract for key providers', () => {
    const fail = () => {
      throw new Error('not to be asked')
    }
    const named = keyProviderContract({ create: fail, formerIds: [1], makeKey: fail, createUnreachable: fail }).map(
      ({ name }) => name,
    )
    const explained = [...page.matchAll(/^\| ([A-Z][^|]+) \| [^|]+ \|$/gm)].map(([, promise]) => promise!)
    const plain = (text: string) => text.toLowerCase().replaceAll(/\s*\(.*?\)/g, '')
    for (const name of named.filter((one) => !one.startsWith('the former'))) {
      assert.ok(
        explained.some((promise) => plain(promise) === plain(name)),
        name,
      )
    }
    assert.equal(explained.length, named.length)
  })
})
