import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { docstringOf } from './docstring.ts'
import { entryPoints } from './entry-points.ts'
import { type PublicName, publicNames } from './exported-names.ts'

/** The names of types that users write as object literals. */
const WRITTEN = /(Options?|Subject|KeyProvider|Serializer)$/

/** Filters that a storage of the application gets; users write no such object. */
const GIVEN_TO_STORAGES = ['EventFilter', 'RowFilter']

const places = (names: readonly PublicName[]) => names.map(({ file, name }) => `${file}: ${name}`)

describe('the docstrings of the package', () => {
  let names: PublicName[]
  before(() => {
    names = publicNames()
  })

  test('describe every exported name, member and parameter', () => {
    assert.deepEqual(places(names.filter(({ docstring }) => docstring.summary === '')), [])
  })

  test('have an example for every exported function and class', () => {
    const callable = names.filter(({ kind, isInherited }) => !isInherited && ['function', 'class'].includes(kind))
    assert.deepEqual(places(callable.filter(({ docstring }) => docstring.examples.length === 0)), [])
  })

  test('have an example for every object of options and every filter', () => {
    const types = names.filter(({ kind, isInherited }) => !isInherited && kind === 'type')
    const isWritten = (name: string) =>
      WRITTEN.test(name) || (name.endsWith('Filter') && !GIVEN_TO_STORAGES.some((given) => name.endsWith(given)))
    const written = types.filter(({ name }) => isWritten(name))
    assert.deepEqual(places(written.filter(({ docstring }) => docstring.examples.length === 0)), [])
  })

  test('say the default of every optional option, or what happens without it', () => {
    const options = names.filter(({ isOptional, name }) => isOptional && /Options?\.\w+$/.test(name))
    assert.ok(options.length > 50)
    assert.deepEqual(places(options.filter(({ docstring }) => !docstring.hasDefault)), [])
  })

  test('are of names of every entry point', () => {
    for (const [entry] of entryPoints())
      assert.ok(
        names.some(({ name }) => name.startsWith(`${entry} `)),
        entry,
      )
    for (const kind of ['function', 'class', 'variable', 'type', 'member', 'parameter']) {
      assert.ok(
        names.some((name) => name.kind === kind),
        kind,
      )
    }
    assert.ok(names.some(({ name }) => name.endsWith('RowStatements.insert(row)')))
  })
})

test('a docstring is read by its parts', () => {
  const read = docstringOf(`/**
   * Ends it. @defaultValue false
   *
   * @param name - whose
   * @example
   * \`\`\`ts
   * end('ada')
   * \`\`\`
   */`)
  assert.deepEqual(read, {
    summary: 'Ends it.',
    params: ['name'],
    examples: ["end('ada')\n"],
    hasDefault: true,
    isInternal: false,
  })
  assert.equal(docstringOf('/** @defaultValue 3 */').summary, '')
  assert.equal(docstringOf('/** Not for users. @internal */').isInternal, true)
})
