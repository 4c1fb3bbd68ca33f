import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Workspace } from '../pages/readme-workspace.ts'

const DIRECTIVE = '// @ts-expect-error '
const program = readFileSync(new URL('wrong-values.ts', import.meta.url), 'utf8')
const lines = program.split('\n')

/** The lines that must not compile, counted from 1, and what the compiler has to say about each. */
const expected = lines.flatMap((line, index) =>
  line.startsWith(DIRECTIVE) ? [{ line: index + 2, says: line.slice(DIRECTIVE.length) }] : [],
)

describe('a wrong value', () => {
  let workspace: Workspace
  let complaints: string
  before(async () => {
    workspace = new Workspace()
    workspace.write('wrong-values.ts', program.replaceAll('@ts-expect-error', 'expected:'))
    complaints = await workspace.complaints()
  })
  after(() => workspace.remove())

  /** What the compiler says about a line, with the lines that explain it. */
  function messageOf(line: number): string {
    const messages = complaints.split(/^(?=wrong-values\.ts\()/m)
    return messages.filter((message) => message.startsWith(`wrong-values.ts(${line},`)).join('')
  }

  for (const { line, says } of expected) {
    test(`does not compile: ${lines[line - 1]}`, () => {
      assert.ok(messageOf(line).includes(says), `${says}\n\nis not in\n\n${messageOf(line) || complaints}`)
    })
  }

  test('is the only thing that does not compile', () => {
    const complained = [...complaints.matchAll(/^wrong-values\.ts\((\d+),/gm)].map(([, line]) => Number(line))
    assert.deepEqual(
      [...new Set(complained)],
      expected.map(({ line }) => line),
    )
    assert.doesNotMatch(complaints, /^(?!wrong-values)\S+\.ts\(/m)
  })
})
