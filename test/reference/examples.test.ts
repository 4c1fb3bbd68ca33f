import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Workspace } from '../pages/readme-workspace.ts'
import { type PublicName, publicNames } from './exported-names.ts'

/** What examples have around them: an application, its configuration, and what it got from other places. */
const SURROUNDINGS = `
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ForeignSession, KeyContext, StoredSessionStore } from 'stored-session'

declare module 'fastify' {
  interface Session {
    userId?: string
    isAdmin?: boolean
    isSupport?: boolean
    visits?: number
  }
}

declare global {
  const app: FastifyInstance
  const request: FastifyRequest
  const reply: FastifyReply
  const store: StoredSessionStore
  const database: string
  const secret: string
  const handle: string
  const source: AsyncIterable<readonly ForeignSession[]>
  const service: Record<
    'encrypt' | 'decrypt',
    (bytes: Buffer, context: KeyContext, signal: AbortSignal) => Promise<Uint8Array>
  >
}
`

/** Where names of other packages come from. */
const OTHERS: Record<string, string> = {
  assert: "import assert from 'node:assert/strict'",
  fastifySession: "import fastifySession from '@fastify/session'",
  randomBytes: "import { randomBytes } from 'node:crypto'",
  readFileSync: "import { readFileSync } from 'node:fs'",
  Registry: "import { Registry } from 'prom-client'",
  test: "import { test } from 'node:test'",
}

describe('the examples in docstrings', () => {
  const workspace = new Workspace()
  let names: PublicName[]
  let examples: string[]
  before(() => {
    names = publicNames()
    const found = names.flatMap(({ name, docstring }) =>
      docstring.examples.map((code) => ({ entry: entryOf(name), code })),
    )
    examples = found.map(({ entry, code }) => `${importsOf(entry, code)}${code}export {}\n`)
    workspace.write('surroundings.ts', SURROUNDINGS)
    for (const [index, example] of examples.entries()) workspace.write(`example${index}.ts`, example)
  })
  after(() => workspace.remove())

  test('compile under strict rules', async () => {
    assert.ok(examples.length > 60)
    assert.equal(await workspace.complaints(), '')
  })

  /** Imports the exported names that an example uses, first from the entry point that it belongs to. */
  function importsOf(entry: string, code: string): string {
    const entries = [...new Set([entry, '.', ...names.map(({ name }) => entryOf(name))])]
    const imports = new Map<string, string>()
    for (const from of entries.filter((one) => one === entry || !one.startsWith('./schema'))) {
      for (const [exported, isType] of exportsOf(from)) {
        if (imports.has(exported) || !uses(code, exported)) continue
        const word = isType ? 'import type' : 'import'
        imports.set(exported, `${word} { ${exported} } from '${from.replace('.', 'stored-session')}'`)
      }
    }
    const others = Object.entries(OTHERS).flatMap(([name, text]) => (uses(code, name) ? [text] : []))
    return [...imports.values(), ...others].map((line) => `${line}\n`).join('')
  }

  const exportsOf = (entry: string) =>
    names
      .filter(({ name }) => entryOf(name) === entry)
      .map(({ name, kind }) => [name.slice(entry.length + 1), kind === 'type'] as const)
})

const entryOf = (name: string) => name.split(' ')[0]!

/** Whether code uses a name that it neither declares nor imports itself. */
function uses(code: string, name: string): boolean {
  if (!/^\w+$/.test(name)) return false
  const isDeclared = new RegExp(`\\b(const|interface) ${name}\\b|import .*\\b${name}\\b`).test(code)
  return !isDeclared && new RegExp(`(?<![\\w)\\]]\\.)(?<!['\\w])${name}\\b(?!:)`).test(code)
}
